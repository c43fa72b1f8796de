import { moment } from "./model/texts.ts";
import type { Overview } from "./overview.ts";

/** Light and dark, from 360 px on; no script, and nothing is asked for elsewhere. */
const STYLE = `
:root { color-scheme: light dark; --line: #d0d7de; --quiet: #59636e; --mark: #0969da; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --quiet: #9198a1; --mark: #4493f8; --bad: #ff8a80; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.channel { border: 1px solid var(--line); border-radius: 8px; padding: 0 1rem .4rem; margin: .8rem 0; } .channel h2 { margin-top: .8rem; }
.version { font-size: 1.3rem; font-weight: 600; color: var(--mark); } .quiet { color: var(--quiet); } .bad { color: var(--bad); }
.bar { height: 8px; border-radius: 4px; background: var(--line); overflow: hidden; } .bar i { display: block; height: 100%; background: var(--mark); }
table { border-collapse: collapse; width: 100%; } td, time { overflow-wrap: break-word; } time { white-space: nowrap; }
td, th { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } td:last-child { width: 50%; }
@media (max-width: 34rem) {
  table, tbody { display: block; } tr { display: block; padding: .3rem 0; border-bottom: 1px solid var(--line); } tr:has(th) { display: none; }
  td { display: inline; padding: 0; border: 0; } td:not(:empty) + td:not(:empty)::before { content: " · "; color: var(--quiet); }
}`;

/** `channel status --html`: a page that can stand beside the metadata. `now` in milliseconds since the epoch. */
export function statusPage({ app, channels, releases, launcher, expires }: Overview, now: number): string {
  const cards = Object.entries(channels).map(([name, one]) => {
    const { version, rollout, before, direction, reason, by, at, serial, floor, history } = one;
    const rest =
      rollout.percent < 100 ? ` for ${rollout.percent} %, ${text(before?.version ?? "nothing")} for the others` : "";
    return `<section class="channel"><h2>${text(name)}</h2><p><span class="version">${text(version)}</span>${rest}</p>
<div class="bar" role="img" aria-label="${rollout.percent} %"><i style="width:${rollout.percent}%"></i></div>
<p class="quiet">${direction} by ${text(by)}, ${time(at)}, serial ${serial}${reason && `: ${text(reason)}`}${
      floor === null ? "" : `; never below ${text(floor)}`
    }</p>
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
    withdrawn === null ? "" : `<span class="bad">withdrawn${withdrawn && `: ${text(withdrawn)}`}</span>`,
  ]);
  const ends = Object.entries(expires).map(([role, { at, days }]) => [
    role,
    time(at),
    days < 0 ? '<span class="bad">expired</span>' : `in ${days} days`,
  ]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(app)}: channels</title><style>${STYLE}
</style></head><body>
<h1>${text(app)}</h1>
<p class="quiet">as of ${time(moment(now))}</p>
${cards.join("\n") || `<p>No channel points at a release yet.</p>`}
<h2>Releases</h2>
${table(["version", "published", ""], rows)}
${launcher === null ? "" : `<p>The launcher is prime ${text(launcher.version)}, published ${time(launcher.at)}.</p>`}
<h2>Signatures expire</h2>
${table(["role", "at", ""], ends)}
</body></html>
`;
}

/** Of cells in HTML. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table>${line(heads, "th")}\n${rows.map((row) => line(row, "td")).join("\n")}</table>`;
}

/** A moment of the metadata, for people. */
function time(at: string): string {
  return `<time datetime="${text(at)}">${text(at.slice(0, 16).replace("T", " "))} UTC</time>`;
}

/** Foreign text, for HTML. */
function text(foreign: string): string {
  return foreign.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
