const VERSION = String.raw`\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.?post\d+)?(?:\.?dev\d+)?`;
const NAMED = String.raw`(?:(?:cpython|pypy)[-@]?)?\d+(?:\.\d+){0,2}(?:(?:a|b|rc)\d+)?`;
const CLAUSE = String.raw`(?:~=\s*\d+\.${VERSION}|[=!]=\s*${VERSION}(?:\.\*)?|[<>]=?\s*${VERSION})`;

/**
 * A version request: `3`, `3.12`, `3.12.1`, `3.14.0rc1`, one of these after `cpython-`, `cpython@`, `pypy` and the like,
 * or a PEP 440 range such as `>=3.10,<3.13`.
 */
export const VERSION_REQUEST = new RegExp(String.raw`^(?:${NAMED}|${CLAUSE}(?:\s*,\s*${CLAUSE})*)$`);
