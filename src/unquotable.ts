const INSTEAD = "(not shown: it stands in a file outside of the repo)";
/** Shorter lines are found everywhere, and tell nothing. */
const TELLING = 6;
/** Of so many lines that begin alike, each is taken for one of them. */
const MOST_ALIKE = 64;
const WORD = /[\w+/.~-]{8,}/g;
/** Paths, names of files and of interpreters are of letters and digits, too. */
const ORDINARY = /^[/.~]|\.(?:txt|in|toml|cfg|py|json|lock|whl|zip|gz)$|^(?:c?python|pypy)[\d.-]+$/;
/** What stands behind a name that says so, in any form of settings, and netrc(5)'s passwords. */
const NAMED =
  /(?:pass(?:word|wd|phrase)?|secret|token|auth|key|login|account)["']?(?:\s*[=:]\s*|[ \t]+)["']?([^\s"',;]{4,})/gi;

/** Lines of files that a clone has no business to show, by their first characters: their lengths, and themselves. */
const lines = new Map<string, Set<number>>();
const whole = new Set<string>();
/** Parts of such lines, which a message can quote alone. */
const words = new Set<string>();

/**
 * Has no line of a text quoted from now on, nor what in it looks like a secret, whoever quotes it (an installer, too): it is of a file
 * to which a clone leads by a link or an include, out of its own work tree.
 */
export function neverQuote(text: string): void {
  for (const one of text.split(/\r?\n/)) {
    const line = one.trim();
    if (line.length < TELLING || whole.has(line)) continue;
    whole.add(line);
    const lengths = lines.get(line.slice(0, TELLING)) ?? new Set();
    lines.set(line.slice(0, TELLING), lengths.add(line.length));
    for (const [word] of line.matchAll(WORD)) if (isOdd(word)) words.add(word);
    for (const [, value = ""] of line.matchAll(NAMED)) words.add(value);
  }
}

/** Nobody would choose it for its meaning. */
function isOdd(word: string): boolean {
  return /\d/.test(word) && /[A-Za-z]/.test(word) && !ORDINARY.test(word);
}

/** A text in which no such line is left, nor a part of one that could be a secret. */
export function hideUnquotable(text: string): string {
  return whole.size === 0 ? text : withoutWords(withoutLines(text));
}

function withoutLines(text: string): string {
  let shown = "";
  let kept = 0;
  for (let at = 0; at + TELLING <= text.length; ) {
    const length = lengthOfLineAt(text, at);
    if (length === 0) {
      at += 1;
      continue;
    }
    shown += text.slice(kept, at) + INSTEAD;
    at += length;
    kept = at;
  }
  return shown + text.slice(kept);
}

/** How much of a text is the longest such line that begins there. */
function lengthOfLineAt(text: string, at: number): number {
  const lengths = lines.get(text.slice(at, at + TELLING));
  if (lengths === undefined) return 0;
  if (lengths.size > MOST_ALIKE) return Math.max(TELLING, text.slice(at).search(/\n|$/));
  return Math.max(0, ...[...lengths].filter((length) => whole.has(text.slice(at, at + length))));
}

function withoutWords(text: string): string {
  if (words.size === 0) return text;
  return text.replace(/[^\s"'`,;=()[\]{}<>]+/g, (word) => {
    if (words.has(word)) return INSTEAD;
    return word.replace(/[\w+/.~-]{4,}/g, (part) => (words.has(part) ? INSTEAD : part));
  });
}
