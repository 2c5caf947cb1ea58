import type { Place } from '../base/errors.ts'

/** A stretch of the text: lines and columns from 1, the end inclusive as people count; `start` and `end` cut it from the text. */
export interface Span extends Place {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  /** Offset of the first character. */
  readonly start: number
  /** Offset behind the last character. */
  readonly end: number
}

/** From the first of `a` to the last of `b`. */
export function spanning(a: Span, b: Span): Span {
  return { line: a.line, column: a.column, endLine: b.endLine, endColumn: b.endColumn, start: a.start, end: b.end }
}
