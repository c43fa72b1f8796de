/** A row of an installed package's RECORD (recorded projects, PEP 376, PEP 627). */
export interface RecordedFile {
  /** Relative to the site-packages folder, with slashes, or absolute. */
  readonly path: string;
  /** sha256 in base64url without padding; null where the row has none, as RECORD's own. */
  readonly digest: string | null;
  /** Bytes; null where the row does not tell. */
  readonly size: number | null;
}

/** The rows of a RECORD. Byte code is left out: an interpreter may replace it at any time. */
export function parseRecord(text: string): RecordedFile[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [file = "", digest = "", size = ""] = cellsOf(line);
    if (file === "" || file.endsWith(".pyc")) return [];
    return {
      path: file,
      digest: digest.startsWith("sha256=") ? asInstallersWrite(digest.slice("sha256=".length)) : null,
      size: /^\d+$/.test(size) ? Number(size) : null,
    };
  });
}

/** Some builders write the digest in hexadecimal digits, or with padding, and installers leave it so. */
function asInstallersWrite(digest: string): string {
  return digest.length === 64 ? Buffer.from(digest, "hex").toString("base64url") : digest.replace(/=+$/, "");
}

/** The same RECORD with other rows for some of its paths. */
export function withRows(text: string, rows: ReadonlyMap<string, RecordedFile>): string {
  const lines = text.split("\n").map((line) => {
    const [file = "", digest = "", size = ""] = cellsOf(line.replace(/\r$/, ""));
    const row = rows.get(file);
    return row === undefined || digest === ""
      ? line
      : line.replace(`${digest},${size}`, `sha256=${row.digest},${row.size}`);
  });
  return lines.join("\n");
}

/** RFC 4180: a cell in quotes may hold commas, and a quote twice. */
function cellsOf(line: string): string[] {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
  return cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "");
}
