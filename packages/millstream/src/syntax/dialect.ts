import { druidReserved, flinkReserved } from './reserved.ts'

/** What sets one dialect of the family apart from another. */
export interface Dialect {
  readonly name: 'flink' | 'druid'
  /** The character around a quoted identifier. */
  readonly identifierQuote: '`' | '"'
  readonly reserved: ReadonlySet<string>
}

export type DialectName = Dialect['name']

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  flink: { name: 'flink', identifierQuote: '`', reserved: flinkReserved },
  druid: { name: 'druid', identifierQuote: '"', reserved: druidReserved },
}
