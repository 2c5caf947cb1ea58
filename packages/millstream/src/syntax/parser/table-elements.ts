import { errors } from '../../base/errors.ts'
import type { SqlExpression } from '../ast/expression.ts'
import type { ColumnDefinition, Distribution, KeyConstraint, LikeClause, WatermarkDefinition } from '../ast/statement.ts'
import type { Cursor } from './cursor.ts'
import { parseType } from './types.ts'

export interface TableElements {
  readonly columns: readonly ColumnDefinition[]
  readonly watermark: WatermarkDefinition | null
  readonly constraints: readonly KeyConstraint[]
}

/** The parentheses of CREATE TABLE: columns, at most one watermark, keys. */
export function parseTableElements(cursor: Cursor): TableElements {
  cursor.expect('(')
  const columns: ColumnDefinition[] = []
  const constraints: KeyConstraint[] = []
  let watermark: WatermarkDefinition | null = null
  if (!cursor.at(')')) {
    cursor.list(() => {
      if (atConstraint(cursor)) constraints.push(parseConstraint(cursor))
      else if (cursor.at('WATERMARK', 'FOR')) {
        const found = parseWatermark(cursor)
        if (watermark !== null) throw errors.fail('MS-2002', { what: 'a second WATERMARK: a table has one' }, found.at)
        watermark = found
      } else {
        const { column, key } = parseColumn(cursor)
        columns.push(column)
        if (key !== null) constraints.push(key)
      }
    })
  }
  cursor.expect(')')
  return { columns, watermark, constraints }
}

export function atConstraint(cursor: Cursor): boolean {
  return cursor.at('CONSTRAINT') || cursor.at('PRIMARY', 'KEY') || (cursor.at('UNIQUE') && !cursor.atIdentifier())
}

export function parseConstraint(cursor: Cursor): KeyConstraint {
  const start = cursor.peek()
  const name = cursor.accept('CONSTRAINT') ? cursor.identifier('a constraint') : null
  const kind = cursor.accept('PRIMARY', 'KEY') ? 'PRIMARY KEY' : cursor.expectOne('UNIQUE')
  const columns = cursor.identifiers()
  return { kind, name, columns, enforced: enforcement(cursor), at: cursor.since(start) }
}

function enforcement(cursor: Cursor): boolean | null {
  if (cursor.accept('NOT', 'ENFORCED')) return false
  return cursor.accept('ENFORCED') ? true : null
}

export function parseWatermark(cursor: Cursor): WatermarkDefinition {
  const start = cursor.peek()
  cursor.expect('WATERMARK', 'FOR')
  const column = cursor.name('a column')
  cursor.expect('AS')
  const expression = cursor.expression()
  refuseQuery(expression)
  return { column, expression, text: textOf(cursor, expression), at: cursor.since(start) }
}

/** A column, and the key that it may declare for itself: `id INT PRIMARY KEY NOT ENFORCED`. */
export function parseColumn(cursor: Cursor): { column: ColumnDefinition; key: KeyConstraint | null } {
  const start = cursor.peek()
  const name = cursor.identifier('a column name')
  if (cursor.accept('AS')) {
    const expression = cursor.expression()
    refuseQuery(expression)
    const text = textOf(cursor, expression)
    const comment = parseComment(cursor)
    return { column: { kind: 'computed', name, expression, text, comment, at: cursor.since(start) }, key: null }
  }
  if (cursor.at(',') || cursor.at(')')) return { column: { kind: 'named', name, at: name.at }, key: null }
  const type = parseType(cursor)
  if (cursor.accept('METADATA')) {
    const key = cursor.accept('FROM') ? cursor.string('the metadata key').text : null
    const virtual = cursor.accept('VIRTUAL')
    const comment = parseComment(cursor)
    return { column: { kind: 'metadata', name, type, key, virtual, comment, at: cursor.since(start) }, key: null }
  }
  const key = inlineKey(cursor, name)
  const comment = parseComment(cursor)
  return { column: { kind: 'physical', name, type, comment, at: cursor.since(start) }, key }
}

function inlineKey(cursor: Cursor, column: KeyConstraint['columns'][number]): KeyConstraint | null {
  const start = cursor.peek()
  const name = cursor.accept('CONSTRAINT') ? cursor.identifier('a constraint') : null
  const kind = cursor.accept('PRIMARY', 'KEY') ? 'PRIMARY KEY' : cursor.accept('UNIQUE') ? 'UNIQUE' : null
  if (kind === null) {
    if (name !== null) throw cursor.unexpected(['PRIMARY', 'UNIQUE'])
    return null
  }
  return { kind, name, columns: [column], enforced: enforcement(cursor), at: cursor.since(start) }
}

function refuseQuery(expression: SqlExpression): void {
  if (expression.kind === 'subquery') throw errors.fail('MS-2002', { what: 'a query where a value of the row is wanted' }, expression.at)
}

export function parseComment(cursor: Cursor): string | null {
  return cursor.accept('COMMENT') ? cursor.string('a comment').text : null
}

/** `DISTRIBUTED BY HASH(a) INTO 4 BUCKETS`, `DISTRIBUTED INTO 4 BUCKETS`. */
export function parseDistribution(cursor: Cursor): Distribution | null {
  const start = cursor.peek()
  if (!cursor.accept('DISTRIBUTED')) return null
  return { ...distributionBody(cursor), at: cursor.since(start) }
}

/** What follows DISTRIBUTED or DISTRIBUTION. */
export function distributionBody(cursor: Cursor): Omit<Distribution, 'at'> {
  let by: Distribution['by'] = null
  let columns: Distribution['columns'] = []
  let buckets: number | null = null
  if (cursor.accept('BY')) {
    if (!cursor.at('(')) by = cursor.expectOne('HASH', 'RANGE')
    columns = cursor.identifiers()
  } else if (!cursor.at('INTO')) throw cursor.unexpected(['BY', 'INTO'])
  if (cursor.accept('INTO')) {
    const token = cursor.peek()
    buckets = cursor.integer('the number of buckets')
    if (buckets < 1) throw errors.fail('MS-2002', { what: 'a number of buckets below 1' }, token.at)
    cursor.expect('BUCKETS')
  }
  return { by, columns, buckets }
}

export function parseLike(cursor: Cursor): LikeClause | null {
  if (!cursor.accept('LIKE')) return null
  const table = cursor.name('a table')
  const options: LikeClause['options'][number][] = []
  if (cursor.accept('(')) {
    while (!cursor.at(')')) {
      const merge = cursor.expectOne('INCLUDING', 'EXCLUDING', 'OVERWRITING')
      const feature = cursor.expectOne('ALL', 'CONSTRAINTS', 'DISTRIBUTION', 'GENERATED', 'METADATA', 'OPTIONS', 'PARTITIONS', 'WATERMARKS')
      options.push({ merge, feature })
    }
    cursor.expect(')')
  }
  return { table, options }
}

export function textOf(cursor: Cursor, node: { readonly at: { readonly start: number; readonly end: number } }): string {
  return cursor.text.slice(node.at.start, node.at.end)
}
