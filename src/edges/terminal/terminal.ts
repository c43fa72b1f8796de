/** How far a step has come, where that can be counted. */
export interface Counted {
  readonly done: number;
  readonly total: number;
}

/** One step that takes time: shown while it runs, told in one line when it is done. */
export interface Step {
  /** What is being done right now, e.g. a tool's own line; with a count it is shown as a bar. */
  update(text: string, counted?: Counted): void;
  /** Ends the step; `text` is what it came to, in a line of its own. Without one, a terminal keeps nothing of the step. */
  done(text?: string): void;
}

/** Where prime's own words go: standard error, never standard output, which is the command's, or what was asked to be printed. */
export interface Terminal {
  /** -1 quiet, 0 as usual, 1 and more: each `-v`. */
  readonly verbosity: number;
  /** A line for everybody but `-q`. */
  say(text: string): void;
  /** A line for those who asked with as many `-v`. */
  detail(text: string, level?: number): void;
  /** A line that even `-q` keeps. */
  warn(text: string): void;
  step(title: string): Step;
  /** Takes away the line of the step that runs, for good: what failed may have left it open. */
  end(): void;
}
