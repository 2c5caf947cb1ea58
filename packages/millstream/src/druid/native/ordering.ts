import { call, type Scalar, type SortKey } from '../../model/dataset-query.ts'
import { invalid, isObject, notYet } from '../json.ts'
import { castTo } from '../scope.ts'

/** Druid's orderings of a dimension's values as sort keys. */
export function orderingKeys(ordering: unknown, value: Scalar, descending: boolean): SortKey[] {
  const name = String(isObject(ordering) ? ordering['type'] : (ordering ?? 'lexicographic')).toLowerCase()
  const key = (scalar: Scalar): SortKey => ({ value: scalar, descending, nulls: descending ? 'last' : 'first' })
  switch (name) {
    case 'lexicographic':
      return [key(value.type === 'STRING' ? value : castTo(value, 'STRING'))]
    case 'numeric':
      return [key(value.type === 'STRING' ? castTo(value, 'DOUBLE') : value), key(value)]
    case 'strlen':
      return [key(call('strlen', [castTo(value, 'STRING')], 'LONG')), key(value)]
    case 'natural':
      return [key(value)]
    case 'alphanumeric':
    case 'version':
      throw notYet(`the ordering ${name}`)
    default:
      throw invalid(`ordering '${name}' is not one of lexicographic, alphanumeric, numeric, strlen, version`)
  }
}

/** How values of a type are ordered when nothing is said. */
export const naturalKey = (value: Scalar, descending = false): SortKey => ({ value, descending, nulls: descending ? 'last' : 'first' })
