import { describe, expect, test } from "vitest";
import { createTerminal, type TerminalOptions } from "../../../src/edges/terminal/lines.ts";
import { errorText, plainText, progressBar, terminalStyle } from "../../../src/edges/terminal/text.ts";
import { PrimeError } from "../../../src/errors.ts";

/** A clock that stands until it is moved, and then rings what is due, in order. */
function fakeClock() {
  let time = 0;
  const bells = new Set<{ next: number; each: number; call: () => void }>();
  return {
    now: () => time,
    every: (each: number, call: () => void) => {
      const bell = { next: time + each, each, call };
      bells.add(bell);
      return () => void bells.delete(bell);
    },
    waiting: () => bells.size,
    pass: (milliseconds: number) => {
      const end = time + milliseconds;
      for (;;) {
        const due = [...bells].filter(({ next }) => next <= end).sort((a, b) => a.next - b.next)[0];
        if (due === undefined) break;
        time = due.next;
        due.next += due.each;
        due.call();
      }
      time = end;
    },
  };
}

/** What a terminal of this width shows for the text: lines, the last being the cursor's. Enough for what prime writes. */
function screen(text: string): string[] {
  const lines = [""];
  let column = 0;
  for (const [part] of text.matchAll(/\p{Cc}\[[0-9;?]*[A-Za-z]|./gsu)) {
    const last = lines.length - 1;
    const line = lines[last] ?? "";
    if (part === "\n") {
      lines.push("");
      column = 0;
    } else if (part === "\r") column = 0;
    else if (part === "\u001b[2K") lines[last] = "";
    else if (!part.startsWith("\u001b")) {
      lines[last] = line.padEnd(column).slice(0, column) + part + line.slice(column + 1);
      column++;
    }
  }
  return lines;
}

function setUp(
  options: Partial<Pick<TerminalOptions, "env" | "verbosity">> & { isTerminal?: boolean; width?: number },
) {
  const clock = fakeClock();
  let text = "";
  const stream = {
    isTerminal: options.isTerminal ?? false,
    columns: () => options.width,
    write: (more: string) => {
      text += more;
    },
  };
  const env = options.env ?? { TERM: "xterm" };
  const terminal = createTerminal({ stream, env, verbosity: options.verbosity ?? 0, clock });
  return { clock, terminal, text: () => text, screen: () => screen(text) };
}

describe("on a terminal", () => {
  test("a step is one line, drawn in place with its seconds, and gone when done", () => {
    const { clock, terminal, screen } = setUp({ isTerminal: true, width: 60 });
    const step = terminal.step("install packages");
    expect(screen()).toEqual(["prime: install packages (0 s)"]);
    step.update("Resolved 40 packages");
    clock.pass(1200);
    expect(screen()).toEqual(["prime: install packages: Resolved 40 packages (1 s)"]);
    step.done();
    expect(screen()).toEqual([""]);
    expect(clock.waiting()).toBe(0);
  });

  test("a count is a bar", () => {
    const { clock, terminal, screen } = setUp({ isTerminal: true, width: 80 });
    terminal.step("download").update("numpy", { done: 10, total: 40 });
    clock.pass(65_000);
    expect(screen()).toEqual(["prime: download [#####---------------] 10/40: numpy (1 min 5 s)"]);
  });

  test("what is said meanwhile stands above the line", () => {
    const { terminal, screen } = setUp({ isTerminal: true, width: 60 });
    const step = terminal.step("build a long title");
    terminal.say("short");
    terminal.warn("beware");
    expect(screen()).toEqual(["short", "prime: warning: beware", "prime: build a long title (0 s)"]);
    step.done("failed");
    expect(screen().slice(2)).toEqual(["prime: build a long title: failed (0 s)", ""]);
  });

  test("a line never leaves the terminal's width, and keeps its seconds", () => {
    const { clock, terminal, screen } = setUp({ isTerminal: true, width: 30 });
    terminal.step("install").update(`${"x".repeat(100)}\u001b[31m`);
    clock.pass(1000);
    expect(screen()).toEqual([`prime: install: ${"x".repeat(7)}~ (1 s)`]);
  });

  test.each([0, undefined])("a width of %s is taken for 80", (width) => {
    const { terminal, screen } = setUp({ isTerminal: true, ...(width === undefined ? {} : { width }) });
    terminal.step("install");
    expect(screen()).toEqual(["prime: install (0 s)"]);
  });

  test("the step that began last is shown, then the one before it", () => {
    const { terminal, screen } = setUp({ isTerminal: true, width: 60 });
    const outer = terminal.step("outer");
    const inner = terminal.step("inner");
    expect(screen()).toEqual(["prime: inner (0 s)"]);
    inner.done();
    inner.done("told twice");
    expect(screen()).toEqual(["prime: outer (0 s)"]);
    outer.done("made");
    expect(screen()).toEqual(["prime: outer: made (0 s)", ""]);
  });

  test("end takes away what a failure left open", () => {
    const { clock, terminal, screen } = setUp({ isTerminal: true, width: 60 });
    const step = terminal.step("install");
    terminal.end();
    clock.pass(10_000);
    step.done("late");
    expect(screen()).toEqual([""]);
    expect(clock.waiting()).toBe(0);
  });
});

describe("without a terminal", () => {
  test("a step is told at its beginning and never silent for more than two seconds", () => {
    const { clock, terminal, text } = setUp({});
    const step = terminal.step("install packages");
    clock.pass(2000);
    step.update("Prepared \u001b[1m3\u001b[0m packages", { done: 3, total: 7 });
    clock.pass(2000);
    step.done("7 packages");
    clock.pass(60_000);
    expect(text()).toBe(
      "prime: install packages\nprime: install packages (1 s)\n" +
        "prime: install packages 3/7: Prepared 3 packages (3 s)\nprime: install packages: 7 packages (4 s)\n",
    );
    expect(clock.waiting()).toBe(0);
  });

  test.each([
    ["CI", { TERM: "xterm", CI: "true" }],
    ["a dumb terminal", { TERM: "dumb" }],
    ["no TERM", {}],
  ])("plain lines on a terminal with %s", (_, env) => {
    const { clock, terminal, text } = setUp({ isTerminal: true, width: 60, env });
    const step = terminal.step("install");
    clock.pass(2000);
    step.done();
    expect(text()).toBe("prime: install\nprime: install (1 s)\n");
    expect(text()).not.toContain("\r");
  });
});

describe("verbosity", () => {
  test("-q keeps warnings and errors alone", () => {
    const { clock, terminal, text } = setUp({ verbosity: -1 });
    const step = terminal.step("install");
    terminal.say("no");
    terminal.detail("no");
    step.update("no");
    clock.pass(10_000);
    step.done("no");
    terminal.warn("yes");
    expect(text()).toBe("prime: warning: yes\n");
  });

  test.each([
    [0, ""],
    [1, "one\n"],
    [2, "one\ntwo\n"],
  ])("%i shows details so deep", (verbosity, expected) => {
    const { terminal, text } = setUp({ verbosity });
    terminal.detail("one");
    terminal.detail("two", 2);
    expect(text()).toBe(expected);
  });
});

describe("the style", () => {
  test.each([
    [{ TERM: "xterm" }, true, { color: true, redraw: true }],
    [{ TERM: "xterm" }, false, { color: false, redraw: false }],
    [{ TERM: "dumb" }, true, { color: false, redraw: false }],
    [{}, true, { color: false, redraw: false }],
    [{ TERM: "xterm", NO_COLOR: "1" }, true, { color: false, redraw: true }],
    [{ TERM: "xterm", NO_COLOR: "" }, true, { color: true, redraw: true }],
    [{ FORCE_COLOR: "1" }, false, { color: true, redraw: false }],
    [{ FORCE_COLOR: "0" }, false, { color: false, redraw: false }],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true, { color: false, redraw: false }],
    [{ TERM: "xterm", CI: "true" }, true, { color: true, redraw: false }],
    [{ TERM: "xterm", CI: "false" }, true, { color: true, redraw: true }],
    [{ TERM: "dumb", FORCE_COLOR: "1" }, true, { color: true, redraw: false }],
  ])("%j, terminal %s", (env, isTerminal, expected) => expect(terminalStyle(env, isTerminal)).toEqual(expected));

  test("colors appear when they are wanted", () => {
    const { terminal, text } = setUp({ env: { FORCE_COLOR: "1" }, verbosity: 1 });
    terminal.warn("w");
    terminal.detail("d");
    expect(text()).toBe("prime: \u001b[33mwarning:\u001b[0m w\n\u001b[2md\u001b[0m\n");
  });
});

test.each([
  [0, 10, "[--------]"],
  [5, 10, "[####----]"],
  [99, 100, "[#######-]"],
  [10, 10, "[########]"],
  [12, 10, "[########]"],
  [-1, 10, "[--------]"],
  [0, 0, "[--------]"],
])("a bar of %i of %i", (done, total, bar) => expect(progressBar(done, total, 10)).toBe(bar));

test("a tool's line loses what moves cursors and changes colors", () => {
  expect(plainText("\u001b]0;title\u0007\u001b[1;31mred\u001b[0m\u001b[2K\tgrün\u001bM\r")).toBe("red grün ");
});

describe("an error", () => {
  const error = new PrimeError("no-disk", "could not write /x:\n  full", "free space", { cause: new Error("why") });

  test("says what, what next and its id", () => {
    expect(errorText(error, { verbosity: 0, color: false })).toBe(
      "prime: error: could not write /x:\n  full\n  next: free space\n  id: no-disk\n",
    );
  });

  test("-v adds the causes", () => {
    expect(errorText(error, { verbosity: 1, color: false })).toMatch(/ {2}id: no-disk\n {2}cause: Error: why\n {6}at /);
  });

  test("color is for those who want it, on prime's own words alone", () => {
    const colored = new PrimeError("x", "\u001b[31mred\u001b[0m");
    expect(errorText(colored, { verbosity: 0, color: false })).toBe("prime: error: red\n  id: x\n");
    expect(errorText(colored, { verbosity: 0, color: true })).toBe("prime: \u001b[31merror:\u001b[0m red\n  id: x\n");
  });

  test("anything else is a defect", () => {
    const text = errorText(new TypeError("oops"), { verbosity: 0, color: false });
    expect(text).toMatch(/^prime: defect: TypeError: oops\n {4}at .*please report it with these lines\n$/s);
    expect(errorText("thrown text", { verbosity: 0, color: false })).toMatch(/^prime: defect: thrown text\n/);
  });

  test("causes that go round end", () => {
    const round = new Error("round");
    round.cause = round;
    const text = errorText(new PrimeError("x", "y", undefined, { cause: round }), { verbosity: 1, color: false });
    expect(text.match(/cause: /g)).toHaveLength(1);
  });
});
