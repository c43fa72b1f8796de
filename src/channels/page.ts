import type { Overview } from "./overview.ts";

/** Light and dark, from 360 px on; no script, and nothing is asked for elsewhere. */
const STYLE = `
:root { color-scheme: light dark; --line: #d0d7de; --quiet: #59636e; --mark: #0969da; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --quiet: #9198a1; --mark: #4493f8; --bad: #ff8a80; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.channel { border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; margin: .8rem 0; }
.version { font-size: 1.3rem; font-weight: 600; color: var(--mark); } .quiet { color: var(--quiet); } .bad { color: var(--bad); }
.bar { height: 8px; border-radius: 4px; background: var(--line); overflow: hidden; } .bar i { display: block; height: 100%; background: var(--mark); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { overflow-wrap: anywhere; }`;

/** `channel status --html`: a page that can stand beside the metadata. `now` in milliseconds since the epoch. */
export function statusPage({ app, channels, releases, launcher, expires }: Overview, now: number): string {
  const cards = Object.entries(channels).map(([name, one]) => {
    const { version, rollout, before, direction, reason, by, at, serial, floor, history } = one;
    const rest =
      rollout.percent < 100 ? ` for ${rollout.percent} %, ${text(before?.version ?? "nothing")} for the others` : "";
    return `<section class="channel"><h2>${text(name)}</h2><p><span class="version">${text(version)}</span>${rest}</p>
<div class="bar" role="img" aria-label="${rollout.percent} %"><i style="width:${rollout.percent}%"></i></div>
<p class="quiet">${direction} by ${text(by)}, <time>${text(at)}</time>, serial ${serial}${reason && `: ${text(reason)}`}${
      floor === null ? "" : `; never below ${text(floor)}`
    }</p>
${table(
  ["serial", "version", "", "when", "who", "why"],
  history.map((past) => [String(past.serial), past.version, past.direction, past.at, past.by, past.reason]),
)}</section>`;
  });
  const rows = releases.map(({ version, created, withdrawn }) => [
    version,
    created,
    withdrawn === null ? "" : `withdrawn${withdrawn && `: ${withdrawn}`}`,
  ]);
  const ends = Object.entries(expires).map(([role, { at, days }]) => [
    role,
    at,
    days < 0 ? "expired" : `in ${days} days`,
  ]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(app)}: channels</title><style>${STYLE}
</style></head><body>
<h1>${text(app)}</h1>
<p class="quiet">as of <time>${new Date(now).toISOString().slice(0, 19)}Z</time></p>
${cards.join("\n") || `<p>No channel points at a release yet.</p>`}
<h2>Releases</h2>
${table(["version", "published", ""], rows)}
${launcher === null ? "" : `<p>The launcher is prime ${text(launcher.version)}, <time>${text(launcher.at)}</time>.</p>`}
<h2>Signatures expire</h2>
${table(["role", "at", ""], ends)}
</body></html>
`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${text(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll"><table>${line(heads, "th")}\n${rows.map((row) => line(row, "td")).join("\n")}</table></div>`;
}

/** Foreign text, for HTML. */
function text(foreign: string): string {
  return foreign.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
