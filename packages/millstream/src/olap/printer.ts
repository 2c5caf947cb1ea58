import type { DataType, LiteralValue, Scalar } from '../model/dataset-query.ts'

export interface BoundValue {
  readonly value: LiteralValue
  readonly type: DataType
}

export const storeTypes: Readonly<Record<DataType, string>> = {
  STRING: 'VARCHAR',
  LONG: 'BIGINT',
  DOUBLE: 'DOUBLE',
  FLOAT: 'FLOAT',
  BOOLEAN: 'BOOLEAN',
  TIMESTAMP: 'BIGINT',
  DATE: 'BIGINT',
  DISTINCT: 'BIGINT',
  STRINGS: 'VARCHAR[]',
  LONGS: 'BIGINT[]',
  DOUBLES: 'DOUBLE[]',
  NULL: 'VARCHAR',
}

/** What a function's printer may ask of us. */
export interface Printer {
  scalar(scalar: Scalar): string
  bind(value: LiteralValue, type: DataType): string
}

/** Prints a call. Arguments that must be constants are read from the tree; all else through the printer, which binds. */
export type FunctionPrinter = (args: readonly Scalar[], printer: Printer, type: DataType) => string

/** The constant behind an argument. The planner sees to it that it is one. */
export function constant(scalar: Scalar | undefined): LiteralValue {
  if (scalar === undefined) return null
  if (scalar.kind !== 'literal') throw new Error('a constant argument is wanted')
  return scalar.value
}
