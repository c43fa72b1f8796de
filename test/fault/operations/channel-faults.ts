/** What goes wrong with a channel, or is meant to, and what comes of it; each row is tried by the test that it names. */
export const CHANNELS = `## Channels

Customers run on with the release that they have; \`self status\` tells the word. Maintainers are told what to do.

| fault | outcome | tried by |
| --- | --- | --- |
| an older timestamp, snapshot or role; a role that is gone from the snapshot | \`rollback\`, or \`mixed\` | \`test/unit/channels/client.test.ts\` |
| metadata or a target of another digest, longer, shorter, swapped, gone | \`digest\`, \`length\`, \`mixed\` | the same, \`test/unit/channels/follow.test.ts\` |
| a role that its key has not signed; one key by two ids; a root that skips one, or is signed by the first key alone | \`signature\`, \`malformed\`, \`root\` | \`test/unit/channels/client.test.ts\` |
| an expired role; a clock ten years ahead or behind | \`expired\`, with the clock's time; nothing is adopted | the same, \`test/e2e/channels/faults.test.ts\` |
| versions, or a serial, raised to the most that can be counted by a stolen key | followed, and forgotten once the key is another | the same, \`test/unit/channels/follow.test.ts\` |
| a lower serial; a release below the floor, withdrawn, or of another id | \`rollback\`, \`floor\` | \`test/unit/channels/follow.test.ts\` |
| bytes of metadata mutated, cut, doubled | refused, or equal in meaning | \`test/unit/channels/client.test.ts\` |
| yesterday's files served again; a wheel changed on the server; 503 | \`rollback\`, \`digest\`, \`length\`; the next look follows | \`test/e2e/channels/customers.test.ts\` |
| an upload that is cut short after any file | customers see the old or the new; the next command finishes it | \`test/e2e/channels/server.test.ts\` |
| SIGKILL at each write of \`publish\`, \`promote\` and a customer's refresh (\`npm run kills\`) | the old or the new; no file of metadata is torn, the root is as it was; the next one finishes it | \`test/e2e/channels/kills.test.ts\` |
| a server that says 500, 412 or 503, cuts an answer off, or sends more than there may be | told; \`malformed\`, \`length\`; the old runs until the next look | \`test/e2e/channels/faults.test.ts\` |
| an answer that drips for more than 60 s | given up | \`test/unit/edges/network/receive/whole.test.ts\` |
| an upload that is answered by 503, or by 412 | tried again; told to repeat, and nothing was moved | \`test/e2e/channels/faults.test.ts\` |
| what a customer keeps of the channel is torn or gone | asked for again, by the root in the launcher | the same |
| a launcher of the channel that can't start the app; a release that needs a newer one | gone again, and told; \`launcher\` | \`test/e2e/channels/launchers.test.ts\` |
| too few signatures; a half-signed change whose files differ, or that another has overtaken | nothing is uploaded, and it is told who is missing; refused | \`test/e2e/channels/keys.test.ts\` |
| two maintainers at once | one wins; the other ends with 1 and is told to repeat | \`test/e2e/channels/server.test.ts\` |
| a server without conditional writes | named when the channel begins | the same |
| a wrong or an empty passphrase, no terminal | said; nothing of it is in any output or file | the same |`;
