import type { Span } from './span.ts'

export type TokenKind = 'word' | 'quoted' | 'string' | 'binary' | 'number' | 'symbol' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** word: upper case; symbol: itself; quoted, string: the value; binary: the hex digits; number: as written; end: ''. */
  readonly text: string
  /** As it stands in the script. */
  readonly raw: string
  readonly at: Span
}
