/** What goes wrong with the sources of an app, or is meant to, and what comes of it; each row is tried by the test that it names. */
export const SOURCES = `## Sources of apps

The release that is there runs on; \`self status\` tells why, and when the next look is.

| fault | outcome | tried by |
| --- | --- | --- |
| a release is for another Python than the one in use, newer or the only one left | the interpreter moves with it, and back with it; \`current\` and the reason \`python\` where it stays, by the rule's key | \`test/e2e/apps/python-moves.test.ts\` |
| a file is missing in a wheel, or its RECORD lies (uv and pip take both, and write another RECORD); of wheels that come by folder, HTTP or S3 | \`invalid\`, by the file's name | \`test/e2e/apps/sources/source-faults.test.ts\` |
| a wheel has a path that leads out of it (\`..\`); uv passes over that file without a word | \`invalid\`, by the path | the same |
| a source archive needs a compiler that is not there | \`invalid\`, by the compiler's name | the same |
| two places have one name | the first one wins; a package that is bound to a place comes from nowhere else | the same, \`test/e2e/apps/sources/sources.test.ts\` |
| a place lists nothing, is gone, fails, or a page to log in answers | \`failed\`, \`offline\`, \`denied\`; nothing is removed, and no later place is asked in its stead | \`test/e2e/apps/sources/sources.test.ts\` |
| a file is another one under the same name, or not what its listing says | \`refused\`, by its address | the same, \`test/e2e/apps/app.test.ts\` |
| a download breaks off, or is shorter than the file | gone on with by the next look; \`failed\` | \`test/e2e/apps/sources/downloads.test.ts\` |
| an egg that is none | told, by its name | the same |
| a release is deleted or yanked on a real index, or asks for a password that nobody has | down at the next look; \`denied\` | \`test/e2e/apps/sources/indexes.test.ts\` |
| a version is listed whose file is gone (404) | passed over, and told; one that runs is not left for that | \`test/e2e/apps/sources/sources.test.ts\` |
| a place sends to another host | followed within the rules, without the credentials of the first one; S3 is not followed | \`test/unit/edges/network/receive/download.test.ts\`, \`test/e2e/apps/sources/s3.test.ts\` |
| S3 lists another bucket | refused, by its name | \`test/e2e/apps/sources/s3.test.ts\` |
| S3 is busy (503), in another region, cuts its list off; a wrong, old or no key, no bucket | asked again, or there; else told by S3's own word and what cures it | \`test/e2e/apps/sources/s3.test.ts\` |`;
