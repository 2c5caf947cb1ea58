import type { Answer, DataType, LiteralValue } from '../../model/dataset-query.ts'
import { jsonText } from '../json.ts'
import { formatInstant } from '../time.ts'
import { nativeTypeNames, sqlTypeNames } from './types.ts'

export const resultFormats = ['object', 'objectLines', 'array', 'arrayLines', 'csv'] as const

export interface ResultShape {
  readonly format: (typeof resultFormats)[number]
  readonly header: boolean
  readonly typesHeader: boolean
  readonly sqlTypesHeader: boolean
}

/** The body of an answer in the format that was asked for. The line formats end with an empty line, so that a cut is seen. */
export function answerText(answer: Answer, names: readonly string[], shape: ResultShape, zone: string): string {
  const types = answer.columns.map(({ type }) => type)
  const rows = answer.rows.map((row) => row.map((value, position) => shown(value, types[position] ?? 'STRING', zone)))
  const lines = headerRows(names, types, shape)
  switch (shape.format) {
    case 'array':
      return `[${[...lines, ...rows].map(jsonText).join(',')}]\n`
    case 'arrayLines':
      return `${[...lines, ...rows].map((row) => `${jsonText(row)}\n`).join('')}\n`
    case 'object':
      return `[${[...objectHeader(names, types, shape), ...rows.map((row) => objectOf(names, row))].map(jsonText).join(',')}]\n`
    case 'objectLines':
      return `${[...objectHeader(names, types, shape), ...rows.map((row) => objectOf(names, row))].map((row) => `${jsonText(row)}\n`).join('')}\n`
    case 'csv':
      return `${[...lines, ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('')}\n`
  }
}

function shown(value: LiteralValue, type: DataType, zone: string): unknown {
  if (value === null) return null
  if (type === 'TIMESTAMP') return formatInstant(Number(value), zone)
  if (type === 'DATE') return formatInstant(Number(value))
  return value
}

function headerRows(names: readonly string[], types: readonly DataType[], shape: ResultShape): unknown[][] {
  if (!shape.header) return []
  return [
    [...names],
    ...(shape.typesHeader ? [types.map((type) => nativeTypeNames[type])] : []),
    ...(shape.sqlTypesHeader ? [types.map((type) => sqlTypeNames[type])] : []),
  ]
}

/** The first object of the object formats: names to null, or to their types. */
function objectHeader(names: readonly string[], types: readonly DataType[], shape: ResultShape): Record<string, unknown>[] {
  if (!shape.header) return []
  const described = (position: number): unknown => {
    const type = types[position] ?? 'STRING'
    if (!shape.typesHeader && !shape.sqlTypesHeader) return null
    return {
      ...(shape.typesHeader ? { type: nativeTypeNames[type] } : {}),
      ...(shape.sqlTypesHeader ? { sqlType: sqlTypeNames[type] } : {}),
    }
  }
  return [Object.fromEntries(names.map((name, position) => [name, described(position)]))]
}

/** Of columns with the same name the last one stays, as in Druid's objects; a name is never more than a key. */
function objectOf(names: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null)
  names.forEach((name, position) => {
    object[name] = row[position]
  })
  return object
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? jsonText(value) : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
