/** A short random name part: two processes never choose the same one. It is no secret. */
export function nonce(): string {
  return Math.floor(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, "0");
}
