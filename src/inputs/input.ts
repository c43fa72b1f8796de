/**
 * One thing that the environment was made from, as freshness sees it. Paths are absolute.
 *
 * - `file`: its bytes count; compared by mtime, then by sha256.
 * - `listing`: a folder whose set of names counts (a member may appear in it); compared by mtime, then by names.
 * - `absent`: nothing of that name may exist (a nearer `.python-version`, a `prime.toml`).
 * - `no-file`: no regular file of that name may exist; a folder of that name does not count.
 * - `dead`: a link that leads nowhere, and must not lead anywhere.
 * - `present`: it must exist, its contents do not count (`src/` of a package with the src layout).
 * - `same`: `path` and `target` must be the same file (`[ -ef ]`): pins links.
 */
export type Input =
  | { readonly kind: "file" | "listing" | "absent" | "no-file" | "dead" | "present"; readonly path: string }
  | { readonly kind: "same"; readonly path: string; readonly target: string };
