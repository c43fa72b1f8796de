/** A number of bytes for people, never told as none where there are some. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** So many things of a kind: "1 package", "2 packages". */
export function counted(count: number, kind: string): string {
  return `${count} ${kind}${count === 1 ? "" : "s"}`;
}
