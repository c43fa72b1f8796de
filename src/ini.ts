/**
 * The sections of an INI text as Python's `configparser` reads them for setuptools: `=` or `:`, values that go on over
 * deeper indented lines, whole-line comments by `#` or `;`, none at a line's end.
 */
export function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string[]>>();
  let section: Map<string, string[]> | undefined;
  let key: string | undefined;
  let keyIndent = 0;
  for (const line of text.split(/\r?\n/)) {
    const content = line.trim();
    const indent = line.length - line.trimStart().length;
    if (content === "" || /^[#;]/.test(content)) continue;
    if (section !== undefined && key !== undefined && indent > keyIndent) {
      section.get(key)?.push(content);
      continue;
    }
    const header = /^\[([^\]]+)\]/.exec(content)?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map<string, string[]>();
      sections.set(header, section);
      key = undefined;
      continue;
    }
    const end = content.search(/[=:]|$/);
    key = end === 0 ? undefined : content.slice(0, end).trimEnd();
    keyIndent = indent;
    if (key !== undefined) section?.set(key, [content.slice(end + 1).trimStart()]);
  }
  return new Map([...sections].map(([name, entries]) => [name, joined(entries)]));
}

function joined(entries: ReadonlyMap<string, readonly string[]>): Map<string, string> {
  return new Map([...entries].map(([key, lines]) => [key, lines.join("\n").trim()]));
}
