/** Why a row is refused; `scan-result.ts` has the words. Numbers, so that generated code can name them. */
export const refusal = {
  /** Something else than JSON's grammar allows. */
  syntax: 1,
  /** A value of another JSON type than the column's. */
  type: 2,
  missing: 3,
  nullValue: 4,
  range: 5,
  time: 6,
  text: 7,
  unknown: 8,
  depth: 9,
  size: 10,
  base64: 11,
  notObject: 12,
  trailing: 13,
  unclosed: 14,
  length: 15,
  /** CSV: another number of fields than the header has; quotes that do not match. */
  fields: 16,
  quotes: 17,
} as const

/**
 * Where the scan stands between generated code and its helpers. A helper answers its value and leaves the position
 * after it in `at`; -1 there says that it refused, with `kind` and `failedAt`.
 */
export class Cursor {
  at = 0
  kind = 0
  failedAt = 0
  /** The column's path by number, see `ScanSource.paths`. */
  field = 0
  rowStart = 0
  row = 0
  /** The fourth white space character: a newline within JSON documents; within an NDJSON row only the other three count. */
  fourthSpace = 32
  escaped = false
  /** Start of the key that was looked up last. */
  keyAt = 0
  /** The array has ended. */
  done = false
  /** Results of `times.ts`: milliseconds, and nanoseconds within the millisecond. */
  millis = 0
  nanos = 0

  refuse(kind: number, at: number): -1 {
    this.kind = kind
    this.failedAt = at
    this.at = -1
    return -1
  }
}

export function skipSpace(source: Uint8Array, from: number, cursor: Cursor): number {
  const fourth = cursor.fourthSpace
  let at = from
  for (;;) {
    const code = source[at]
    if (code !== 32 && code !== 9 && code !== 13 && code !== fourth) return at
    at++
  }
}
