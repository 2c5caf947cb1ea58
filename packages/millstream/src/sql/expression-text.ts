import { typeText } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { Expression } from '../expr/expression.ts'
import { decimalText } from '../expr/text/decimal.ts'
import { dateText, dayTimeText, timestampText, timeText, yearMonthText } from '../expr/text/time-text.ts'

const infix = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'AND',
  'OR',
  'LIKE',
  'SIMILAR TO',
  'IS DISTINCT FROM',
  'IS NOT DISTINCT FROM',
])

/** For EXPLAIN: `((bitrate + 1) > 5) AND country IS NOT NULL`. */
export function expressionText(expression: Expression, name: (index: number) => string): string {
  const inner = (each: Expression): string => expressionText(each, name)
  switch (expression.kind) {
    case 'input':
      return name(expression.index)
    case 'literal':
      return literalText(expression.value, expression.type)
    case 'call': {
      const args = expression.args.map(inner)
      const operator = expression.function
      if (infix.has(operator) && args.length >= 2) return `(${args.join(` ${operator} `)})`
      if (operator.startsWith('IS ') && args.length === 1) return `(${args[0]} ${operator})`
      if (operator === 'CAST' || operator === 'TRY_CAST')
        return `${operator}(${args[0]} AS ${typeText({ ...expression.type, nullable: true })})`
      if (operator === 'FIELD' && expression.args[1]?.kind === 'literal') return `${args[0]}.${expression.args[1].value}`
      if (operator === 'ITEM') return `${args[0]}[${args[1]}]`
      if (operator === 'CASE') return caseText(args)
      return `${operator}(${args.join(', ')})`
    }
  }
}

function caseText(args: readonly string[]): string {
  const parts: string[] = []
  for (let i = 0; i + 1 < args.length; i += 2) parts.push(`WHEN ${args[i]} THEN ${args[i + 1]}`)
  return `CASE ${parts.join(' ')} ELSE ${args[args.length - 1]} END`
}

function literalText(value: Value, type: Expression['type']): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`
  switch (type.kind) {
    case 'DATE':
      return `DATE '${dateText(Number(value))}'`
    case 'TIME':
      return `TIME '${timeText(Number(value), type.precision)}'`
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `${type.kind} '${timestampText(value as bigint, type.precision)}'`
    case 'INTERVAL_DAY_TIME':
      return `INTERVAL '${dayTimeText(value as bigint)}'`
    case 'INTERVAL_YEAR_MONTH':
      return `INTERVAL '${yearMonthText(Number(value))}'`
    case 'DECIMAL':
      return decimalText(value as bigint, type.scale)
    default:
      return String(value)
  }
}
