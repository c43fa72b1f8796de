/** What the network does wrong, and what comes of it; each row is tried by the test that it names. */
export const NETWORK = `## The network

Each of these is a test, with real servers, proxies and tools on loopback. Nothing is installed, and what worked before still works.

| fault | outcome | tried by |
| --- | --- | --- |
| a download breaks off | goes on where it ended; given up when nothing more comes | \`test/unit/edges/network/receive/download.test.ts\` |
| the server has another file by then | begins anew | the same |
| a download without an end, or larger than it may be | refused at its cap, or before its first byte | the same |
| a slow drip, a silent server | given up as no progress; the next mirror | the same |
| 503, 429 with Retry-After | asked again then; not waited for beyond 30 s | the same |
| a captive portal's page, 511 | refused before the body, named for what it is | the same |
| a redirect to a host or network that is not allowed, or from https to http | refused before it is asked | the same |
| a certificate that nobody here vouches for, or another host's | refused, its issuer named | the same |
| an index that is not allowed, asked by uv or pip | 125, the rule named; it gets no request | \`test/e2e/network/gate.test.ts\` |
| a name that is allowed and leads into another network | 125, name, address and rule told; no request | the same |
| a proxy that answers 407 | 125, named as such; works with user and password | \`test/e2e/network/proxies.test.ts\` |
| an intercepting proxy of an unknown authority | 125; works with its \`ca_file\`; all traffic passes it | the same |
| settings of uv's or git's that name a way around the gate | go behind it, or are set aside | the same |
| a source by ssh under a network rule | 125, named | the same |`;
