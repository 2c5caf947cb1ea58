/**
 * Every queue, batch, retry, loop and cache has its limit here: a number, its unit in the name, and the reason.
 * Nothing else lives in this file.
 */
export const limits = {
  /** Rows in a batch between operators: big enough to amortise a call, small enough for the cache. */
  batchRowsMax: 4096,
  /** A group commit closes at the first of these three. */
  blockDelayMs: 5,
  blockRowsMax: 65_536,
  blockBytesMax: 4 * 1024 * 1024,
  /** A request is read whole; this bounds what it may unpack to. */
  requestBytesMax: 16 * 1024 * 1024,
  /** One row as JSON or CSV text. */
  rowBytesMax: 1024 * 1024,
  /** Nesting of JSON values: deeper input is refused before it can exhaust the stack. */
  jsonDepthMax: 64,
  /** How many rejected rows an answer describes; all of them are dead letters. */
  answerErrorsMax: 10,
} as const
