/** One step that takes time: shown while it runs, told in one line when it is done. */
export interface Step {
  /** What is being done right now, e.g. `12 of 40 packages`. */
  update(text: string): void;
  /** Ends the step; `text` is what it came to. */
  done(text?: string): void;
}

/** Where prime's own words go: standard error, never standard output (DESIGN rule 7). */
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
}

/** What became of every step, in order: title, outcome and milliseconds. */
export interface StepRecord {
  readonly title: string;
  readonly outcome: string;
  readonly durationMs: number;
}
