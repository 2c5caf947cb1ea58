import { druidReserved, flinkReserved } from './reserved.ts'

/** What sets one dialect of the family apart from another. */
export interface Dialect {
  readonly name: 'flink' | 'druid'
  /** The character around a quoted identifier. */
  readonly identifierQuote: '`' | '"'
  readonly reserved: ReadonlySet<string>
  /** Calcite's laxer forms, which Flink refuses: `!=`, MINUS, LIMIT a, b, OFFSET before LIMIT, 'text' as an alias, APPLY. */
  readonly lax: boolean
}

export type DialectName = Dialect['name']

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  flink: { name: 'flink', identifierQuote: '`', reserved: flinkReserved, lax: false },
  druid: { name: 'druid', identifierQuote: '"', reserved: druidReserved, lax: true },
}
