import { errors } from '../base/errors.ts'
import { typeText } from '../data/types.ts'
import { commonType } from '../expr/common-type.ts'
import type { Expression } from '../expr/expression.ts'
import type { ValuesNode } from '../syntax/ast/query.ts'
import { newColumn, type QueryEnvironment } from './context.ts'
import { analyse, castTo } from './expressions.ts'
import type { Column, LogicalNode } from './logical.ts'

export function planValues(body: ValuesNode, environment: QueryEnvironment): LogicalNode {
  const { context } = environment
  const env = { scope: { relations: [] }, place: 'VALUES', keepPlaces: context.keepPlaces }
  const rows = body.rows.map((row) => row.map((value) => analyse(value, env)))
  const width = rows[0]?.length ?? 0
  for (const [i, row] of rows.entries()) {
    if (row.length === width) continue
    const columns = Array.from({ length: width }, (_, position) => `EXPR$${position}`)
    throw errors.fail(
      'MS-2009',
      { what: `Row ${i + 1} of VALUES`, found: row.length, against: 'the first', wanted: width, columns },
      body.rows[i]?.[0]?.at ?? body.at,
    )
  }
  const columns: Column[] = []
  for (let position = 0; position < width; position++) {
    const cells = rows.map((row) => (row[position] as Expression).type)
    const type = commonType(cells)
    if (type === null) {
      const found = cells.map(typeText).join(' and ')
      throw errors.fail('MS-2008', { what: `Column ${position + 1} of VALUES`, found, wanted: 'one type', expression: 'x' }, body.at)
    }
    columns.push(newColumn(context, `EXPR$${position}`, type))
  }
  const cast = rows.map((row) => row.map((value, i) => castTo(value, (columns[i] as Column).type)))
  if (cast.every((row) => row.every((value) => value.kind === 'literal'))) {
    return { kind: 'values', rows: cast.map((row) => row.map((value) => (value.kind === 'literal' ? value.value : null))), columns }
  }
  // Expressions in VALUES are computed over one empty row each.
  const inputs = cast.map((expressions): LogicalNode => {
    const input: LogicalNode = { kind: 'values', rows: [[]], columns: [] }
    const own = columns.map((column) => newColumn(context, column.name, column.type))
    return { kind: 'project', input, expressions, columns: own }
  })
  return inputs.length === 1 ? (inputs[0] as LogicalNode) : { kind: 'union', inputs, columns }
}
