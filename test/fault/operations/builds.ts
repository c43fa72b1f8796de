const [LOCK, BUILDS, UNIT] = ["e2e/interpreters/prime-lock", "e2e/interpreters/builds", "unit/edges/archive"].map(
  (name) => `\`test/${name}.test.ts\``,
);

/** What goes wrong with interpreters that prime fetches, and what comes of it; each row is tried by the test that it names. */
export const INTERPRETERS = `## Interpreters

Each of these is a test, with real CPythons packed and served on loopback, which uv unpacks. What is refused leaves nothing in the store, and what worked before still works.

| fault | outcome | tried by |
| --- | --- | --- |
| an archive with other bytes of the same length | 125 under \`run\`, both digests told | ${BUILDS} |
| an archive that is cut off, or would fill the disk | 125, nothing of it stays | ${BUILDS}, ${UNIT} |
| an archive with a way out: \`..\`, links, devices, setuid | 125, the entry named, nothing of it stays or gets out | ${BUILDS}, ${UNIT} |
| an interpreter that is not what its list says | 125, removed | ${BUILDS} |
| a mirror that is down, or has other bytes | said; the next one, at last its own address | ${BUILDS} |
| the disk is full while it is unpacked | 125, what to do; the unpacked part is gone | ${BUILDS} |
| a list that is torn, huge, or not there | 125 and why; \`list\` shows what is kept | ${BUILDS} |
| a list with 3.9 and 3.10, pre-releases, special builds, other platforms | the order is PEP 440's; what is not usual is left out unless asked for | ${BUILDS} |
| a list that says a thing twice, or contradicts itself | once; both left out, and said | ${BUILDS}, \`test/unit/provision/build-lists.test.ts\` |
| a build without a sha256 | status 3 by \`manifest\`; never fetched | ${BUILDS} |
| prime.lock torn, of a newer prime, without a digest | 125, the line named | ${LOCK} |
| prime.lock outside of what the repo's ranges allow | 125, the file named | ${LOCK} |
| prime.lock without this machine's platform | 125, and the command that adds it | ${LOCK} |
| prime.lock reverted | the environment of before is shown, without a request | ${LOCK} |
| an interpreter is removed on which an environment stands | 125, the environment named | ${BUILDS} |
`;
