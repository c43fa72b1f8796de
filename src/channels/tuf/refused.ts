/** What is wrong with what a repository serves; these words are shown to users as `check.reason`. */
export type Reason =
  | "rollback"
  | "mixed"
  | "digest"
  | "length"
  | "signature"
  | "expired"
  | "root"
  | "floor"
  | "malformed";

/** Metadata, or a target, that must not be believed. What was believed before stays in force. */
export class Refused extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, why: string) {
    super(why);
    this.reason = reason;
  }
}
