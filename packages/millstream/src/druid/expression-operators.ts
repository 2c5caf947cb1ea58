import { call, literal, type Scalar } from '../model/dataset-query.ts'
import { castTo, isNumber } from './scope.ts'

/** A value as a condition: numbers are true unless 0; text is true when it reads 'true' or as a number that is not 0. */
export function truth(value: Scalar): Scalar {
  if (value.type === 'BOOLEAN') return value
  if (value.type === 'STRING') {
    const number = call('coalesce', [castTo(value, 'DOUBLE'), literal(0, 'DOUBLE')], 'DOUBLE')
    return call(
      'or',
      [
        call('eq', [call('lower', [value], 'STRING'), literal('true', 'STRING')], 'BOOLEAN'),
        call('ne', [number, literal(0, 'DOUBLE')], 'BOOLEAN'),
      ],
      'BOOLEAN',
    )
  }
  return call('ne', [value, literal(0, value.type)], 'BOOLEAN')
}

export function numeric(value: Scalar): Scalar {
  if (value.type === 'BOOLEAN') return castTo(value, 'LONG')
  if (isNumber(value.type)) return value
  return castTo(value, 'DOUBLE')
}

const operators: Readonly<Record<string, string>> = { '+': 'add', '-': 'subtract', '*': 'multiply', '%': 'modulo' }

export function arithmetic(operator: string, left: Scalar, right: Scalar): Scalar {
  const [a, b] = [numeric(left), numeric(right)]
  const long = a.type === 'LONG' && b.type === 'LONG'
  if (operator === '/') return long ? call('divide_long', [a, b], 'LONG') : call('divide', [a, b], 'DOUBLE')
  return call(operators[operator] as string, long ? [a, b] : [castTo(a, 'DOUBLE'), castTo(b, 'DOUBLE')], long ? 'LONG' : 'DOUBLE')
}

const comparisons: Readonly<Record<string, string>> = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge', '==': 'eq', '!=': 'ne' }

/** As text when both are text, else as numbers. */
export function comparison(operator: string, left: Scalar, right: Scalar): Scalar {
  const text = left.type === 'STRING' && right.type === 'STRING'
  return call(comparisons[operator] as string, text ? [left, right] : [numeric(left), numeric(right)], 'BOOLEAN')
}
