import type { Span } from '../span.ts'
import type { Identifier, IntervalQualifier } from './expression.ts'

/** A type as it was written. */
export interface TypeNode {
  readonly kind: 'type'
  /**
   * One upper-case name for a type whatever its spelling: INT, VARCHAR, `DOUBLE`, TIMESTAMP, TIMESTAMP_LTZ, ARRAY, MULTISET,
   * MAP, ROW, RAW, STRUCTURED, INTERVAL, NULL, ...; '' for a user's type, which `user` names.
   */
  readonly name: string
  readonly user: readonly Identifier[]
  readonly numbers: readonly number[]
  /** ARRAY and MULTISET one, MAP two. */
  readonly elements: readonly TypeNode[]
  readonly fields: readonly TypeField[]
  /** RAW's class and serializer, STRUCTURED's class. */
  readonly texts: readonly string[]
  readonly interval: IntervalQualifier | null
  /** NOT NULL: false; NULL: true; nothing said: null. */
  readonly nullable: boolean | null
  readonly at: Span
}

export interface TypeField {
  readonly name: Identifier
  readonly type: TypeNode
  readonly comment: string | null
}
