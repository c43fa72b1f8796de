const VERSION = String.raw`\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.?post\d+)?(?:\.?dev\d+)?`;
const NAMED = String.raw`(?:(?:cpython|pypy|python)[-@]?)?\d+(?:\.\d+){0,2}(?:(?:a|b|rc)\d+)?|cpython|pypy`;
const PACKAGE_VERSION = String.raw`(?:\d+!)?${VERSION}`;
const PACKAGE_CLAUSE = String.raw`(?:~=\s*\d+\.${VERSION}|[=!]=\s*${PACKAGE_VERSION}(?:\.\*|\+[\w.]+)?|[<>]=?\s*${PACKAGE_VERSION})`;
const CLAUSE = String.raw`(?:~=\s*\d+\.${VERSION}|[=!]=\s*${VERSION}(?:\.\*)?|[<>]=?\s*${VERSION})`;

/** Versions of a package (PEP 440, "Version specifiers"); empty for all. */
export const SPECIFIERS = String.raw`(?:${PACKAGE_CLAUSE}(?:\s*,\s*${PACKAGE_CLAUSE})*)?`;

/**
 * A version request: `3`, `3.12`, `3.12.1`, `3.14.0rc1`, one of these after `cpython-`, `cpython@`, `pypy`, `python` and the like,
 * or a PEP 440 range such as `>=3.10,<3.13`.
 */
export const VERSION_REQUEST = new RegExp(String.raw`^(?:${NAMED}|${CLAUSE}(?:\s*,\s*${CLAUSE})*)$`);
