import type { Answers } from "./answers.ts";

/** src/s3/bucket.ts alone signs, and always a request of S3's by its headers, with a host, a region and credentials; it takes the headers alone. */
export const AWS4: Answers = {
  "aws4/aws4.js": [
    ["    url = require('url'),\n", ""],
    ["    lru = require('./lru'),\n", ""],
    ["lru(1000)", "new Map()"],
    ["if (typeof request === 'string') request = url.parse(request)", ""],
    [/,\s+hostParts = .*matchHost\(.*\)$/m, ""],
    [/request\.service \|\| .*$/m, "'s3'"],
    ["request.region || hostParts[1]", "request.region"],
    ["if (this.service === 'email') this.service = 'ses'", ""],
    ["credentials || this.defaultCredentials()", "credentials"],
    [/ {2}if \(!headers\.Host && [\s\S]*?\n {2}\}\n/, "headers.Host = request.host\n"],
    [/ {2}if \(!request\.hostname && .*\n.*$/m, ""],
    [/ {2}this\.isCodeCommitGit = .*$/m, ""],
    [/this\.isCodeCommitGit|request\.doNotModifyHeaders|(?:this\.)?request\.(?:signQuery|doNotEncodePath)/g, "false"],
    [/this\.service === 's3'/g, "true"],
    [/this\.service !== 's3'/g, "false"],
    [
      /^RequestSigner\.prototype\.(?:matchHost|isSingleRegion|createHost|defaultCredentials|formatPath) = [\s\S]*?^\}\n/gm,
      "",
    ],
    ["this.request.path = this.formatPath()", ""],
    ["aws4.RequestSigner = RequestSigner", ""],
    [/ {2}if \(!request\.method && .*\n.*\n/, ""],
    ["this.request.method || 'GET'", "this.request.method"],
    ["request.region || 'us-east-1'", "request.region"],
    [/^ {2}this\.extraHeaders\w+ = .*\n/gm, ""],
    [/^ {6}extraHeaders\w+ = .*\n/gm, ""],
    [
      "var headers = this.request.headers,\n  this.filteredHeaders",
      "var headers = this.request.headers\n  this.filteredHeaders",
    ],
    [/extraHeadersToInclude\[entry\[0\]\] \|\|\s+\((.*) && .*\)/, "$1"],
    [/ && !headers\['X-Amz-[\w-]+'\] && !headers\['x-amz-[\w-]+'\]/g, ""],
    [/ {6}if \(headers\['X-Amz-Date'\].*\n.*\n {6}else\n/, ""],
    [/^ {4}delete headers\.[aA]uthorization\n/gm, ""],
    [
      /headers\['X-Amz-Content-Sha256'\] \|\| headers\['x-amz-content-sha256'\] \|\|\s+hash\(.*\)/,
      "headers['X-Amz-Content-Sha256']",
    ],
    [/headers\.Date \|\| headers\.date \|\| /, ""],
    ["!Array.isArray(reducedQuery[key])", "true"],
  ],
};
