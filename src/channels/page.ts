import { shareOf } from "./model/pointer.ts";
import { moment } from "./model/texts.ts";
import type { Overview } from "./overview.ts";

/** For light and dark, from 360 px on. The page has no script and asks for nothing elsewhere. */
const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui; max-width: 60rem; margin: auto; padding: 1rem; }
section { border: 1px solid GrayText; border-radius: 8px; padding: 0 1rem 1rem; margin: 1rem 0; }
b { font-size: 1.3rem; color: LinkText; } progress { width: 100%; } small { color: GrayText; } em { color: #d33; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; }
table { width: 100%; } td, th { text-align: left; vertical-align: top; padding-right: .8rem; } td:last-child { min-width: 10rem; overflow-wrap: anywhere; } time { white-space: nowrap; }
@media (max-width: 34rem) { table, tbody, tr { display: block; padding: .3rem 0; } td { display: inline-block; } th { display: none; } }`;

/**
 * The page of `channel status --html`, which can be served beside the metadata. `now` is in milliseconds since the
 * epoch.
 */
export function statusPage({ app, channels, releases, launcher, expires }: Overview, now: number): string {
  const cards = Object.entries(channels).map(([name, one]) => {
    const { version, rollout, direction, reason, by, at, serial, floor, history } = one;
    return `<section><h2>${text(name)}</h2><p><b>${text(version)}</b>${text(shareOf(one))}</p>
<progress max="100" value="${rollout.percent}">${rollout.percent} %</progress>
<p><small>${direction} by ${text(by)}, ${time(at)}, serial ${serial}${reason && `: ${text(reason)}`}${
      floor === null ? "" : `; never below ${text(floor)}`
    }</small></p>
${table(
  ["serial", "version", "", "when", "who", "why"],
  history.map((past) => [
    ...[String(past.serial), text(past.version), past.direction],
    ...[time(past.at), text(past.by), text(past.reason)],
  ]),
)}</section>`;
  });
  const rows = releases.map(({ version, created, withdrawn }) => [
    text(version),
    time(created),
    withdrawn === null ? "" : `<em>withdrawn${withdrawn && `: ${text(withdrawn)}`}</em>`,
  ]);
  const ends = Object.entries(expires).map(([role, { at, days }]) => [
    role,
    time(at),
    days < 0 ? "<em>expired</em>" : `in ${days} days`,
  ]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(app)}: channels</title><style>${STYLE}
</style></head><body>
<h1>${text(app)}</h1>
<p><small>as of ${time(moment(now))}</small></p>
${cards.join("\n") || `<p>No channel points at a release yet.</p>`}
<h2>Releases</h2>
${table(["version", "published", ""], rows)}
${launcher === null ? "" : `<p>The launcher is prime ${text(launcher.version)}, published ${time(launcher.at)}.</p>`}
<h2>Signatures expire</h2>
${table(["role", "at", ""], ends)}
</body></html>
`;
}

/** A table; its cells are HTML. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table>${line(heads, "th")}\n${rows.map((row) => line(row, "td")).join("\n")}</table>`;
}

/** A time of the metadata, for people. */
function time(at: string): string {
  return `<time datetime="${text(at)}">${text(at.slice(0, 16).replace("T", " "))} UTC</time>`;
}

/** Foreign text, for HTML. */
function text(foreign: string): string {
  return foreign.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
