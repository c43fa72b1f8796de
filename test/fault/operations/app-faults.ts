/** What goes wrong around a start of an app, and what comes of it; each row is tried by the test that it names. */
export const APPS = `## Apps

A start of an app runs what is there; none of these holds it up.

| fault | outcome | tried by |
| --- | --- | --- |
| the release can't be imported, crashes or hangs before its main function | the same start runs the one before; it is not taken again | \`test/e2e/apps/app.test.ts\` |
| an exception that nothing catches | so may \`starts\` starts, then back; Ctrl-C and TERM do not count | the same |
| the process group, session and PID namespace are killed with the start, as service managers do | the attempt is counted; after two, a start lasts until the update is done, \`linger_s\` at most | \`test/e2e/apps/starts.test.ts\` |
| the start is killed before its updater has a name; no Node is left | counted by the next start that is due; such a start runs, and looks for nothing | the same |
| no network at all (\`unshare -n\`) | the start ends first; \`offline\` | \`test/e2e/apps/no-network.test.ts\` |
| nobody listens, a server never answers, an address that swallows all, a drip, a list without an end | the same; given up after 30 s without progress, a list after 60 s, or by UV_HTTP_TIMEOUT | the same |
| a proxy says 407, a page to log in comes in place of an index or a wheel, 503 with Retry-After | the same; \`denied\` or \`failed\`; the next try after 5 minutes, then three times as long, or as it is asked for | the same |
| \`adopt = "now"\`, and \`patience_s\` is over | what is there runs, with a word; the update goes on | the same |
| ten first starts at once | all succeed; it is installed once | \`test/e2e/apps/crowd.test.ts\`, ten times in a row by \`npm run crowd\` |
| fifty starts at once when a check is due | one updater, one release staged | the same |
| twenty-five starts at once when a release is ready | taken once; each start runs the old or the new one, once | the same |
| the state is deleted, cut or garbage, the source away | the release that ran last runs; what is forgotten is said | \`test/e2e/apps/faults.test.ts\` |
| the state may not be read, or not be written | the release runs; it is told what is in the way of updates | the same |
| the clock was ten years ahead, and is right again; the next look is dated in ten years | looked for anew, and taken | the same |
| the launcher is replaced while its app runs | what runs goes on; the next start is the new one's | the same |
| root's release fails for one user, or that user says so | that user has the one before at once, everybody after root's next start; of one user's word once | \`test/e2e/apps/root.test.ts\` |
`;
