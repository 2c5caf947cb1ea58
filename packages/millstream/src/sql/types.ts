import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import { type LogicalType, types, withNullable } from '../data/types.ts'
import type { TypeNode } from '../syntax/ast/type.ts'
import { parseTypeNode } from '../syntax/parse.ts'

/** The type that a text says, e.g. `DECIMAL(10, 2) NOT NULL`, `ROW<a INT, b STRING>`. */
export function parseType(text: string): LogicalType {
  return logicalType(parseTypeNode(text))
}

/** A written type as a logical one; nullable unless it says NOT NULL. */
export function logicalType(node: TypeNode): LogicalType {
  return withNullable(bareType(node), node.nullable ?? true)
}

function bareType(node: TypeNode): LogicalType {
  switch (node.name) {
    case 'BOOLEAN':
      return types.boolean()
    case 'TINYINT':
      return types.tinyint()
    case 'SMALLINT':
      return types.smallint()
    case 'INT':
      return types.int()
    case 'BIGINT':
      return types.bigint()
    case 'FLOAT':
      return types.float()
    case 'DOUBLE':
      return types.double()
    case 'DECIMAL': {
      const precision = bounded(node, 0, 10, 1, 38)
      return types.decimal(precision, bounded(node, 1, 0, 0, precision))
    }
    case 'CHAR':
      return types.char(bounded(node, 0, 1, 1, 2_147_483_647))
    case 'VARCHAR':
      // Without a length it is as long as it likes, unlike CHAR: so has it Flink.
      return types.varchar(bounded(node, 0, 2_147_483_647, 1, 2_147_483_647))
    case 'STRING':
      return types.string()
    case 'BINARY':
      return types.binary(bounded(node, 0, 1, 1, 2_147_483_647))
    case 'VARBINARY':
      return types.varbinary(bounded(node, 0, 2_147_483_647, 1, 2_147_483_647))
    case 'BYTES':
      return types.bytes()
    case 'DATE':
      return types.date()
    case 'TIME':
      return types.time(bounded(node, 0, 0, 0, 9))
    case 'TIMESTAMP':
      return types.timestamp(bounded(node, 0, 6, 0, 9))
    case 'TIMESTAMP_LTZ':
      return types.timestampLtz(bounded(node, 0, 6, 0, 9))
    case 'NULL':
      return types.null()
    case 'ARRAY':
      return types.array(logicalType(node.elements[0] as TypeNode))
    case 'MULTISET':
      return types.multiset(logicalType(node.elements[0] as TypeNode))
    case 'MAP':
      return types.map(logicalType(node.elements[0] as TypeNode), logicalType(node.elements[1] as TypeNode))
    case 'ROW':
      return types.row(node.fields.map((field) => ({ name: field.name.name, type: logicalType(field.type) })))
    case 'INTERVAL':
      return node.interval?.from === 'YEAR' || node.interval?.from === 'MONTH' || node.interval?.from === 'QUARTER'
        ? types.intervalYearMonth()
        : types.intervalDayTime()
    case '':
      throw unknownType(node)
    default:
      throw errors.fail('MS-2000', { feature: `The type ${node.name}` }, node.at)
  }
}

const typeNames = [
  ...['BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'INTEGER', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL', 'CHAR', 'VARCHAR', 'STRING'],
  ...['BINARY', 'VARBINARY', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'ARRAY', 'MAP', 'ROW'],
]

/** A name that is no type of SQL: users cannot define their own. */
function unknownType(node: TypeNode): Error {
  const name = node.user.map((part) => part.name).join('.')
  const meant = near(name, typeNames)
  const remedy = meant.length > 0 ? `Did you mean ${meant.join(' or ')}?` : `Types are ${typeNames.join(', ')}.`
  return errors.fail('MS-2011', { problem: `There is no type ${name}`, remedy }, node.at)
}

function bounded(node: TypeNode, position: number, otherwise: number, least: number, most: number): number {
  const value = node.numbers[position] ?? otherwise
  if (value < least || value > most) {
    const problem = `${node.name} takes a number from ${least} to ${most} here, not ${value}`
    throw errors.fail('MS-2011', { problem, remedy: 'Choose a number in that range.' }, node.at)
  }
  return value
}
