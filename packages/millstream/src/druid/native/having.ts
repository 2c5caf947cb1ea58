import { and, call, literal, not, or, type Scalar } from '../../model/dataset-query.ts'
import { extract } from '../extraction.ts'
import { filterCondition } from '../filters.ts'
import { invalid, isObject, listOf, objectOf, textOf } from '../json.ts'
import { castTo, type Scope } from '../scope.ts'

/** `having` of a groupBy as a condition over its results. */
export function havingCondition(json: unknown, scope: Scope): Scalar {
  const spec = objectOf(json, 'having')
  const named = (key: string): Scalar => {
    const name = textOf(spec, key, 'having')
    const found = scope.columns.get(name)
    if (found === undefined) throw invalid(`having: there is no aggregation or dimension '${name}'`)
    return found
  }
  switch (spec['type']) {
    case 'always':
      return literal(true, 'BOOLEAN')
    case 'never':
      return literal(false, 'BOOLEAN')
    case 'and':
      return and(listOf(spec['havingSpecs'], 'havingSpecs').map((item) => havingCondition(item, scope)))
    case 'or':
      return or(listOf(spec['havingSpecs'], 'havingSpecs').map((item) => havingCondition(item, scope)))
    case 'not':
      return not(havingCondition(spec['havingSpec'], scope))
    case 'filter':
      return filterCondition(spec['filter'], scope)
    case 'greaterThan':
    case 'lessThan':
    case 'equalTo': {
      const name = { greaterThan: 'gt', lessThan: 'lt', equalTo: 'eq' }[spec['type']]
      const value = Number(spec['value'])
      if (Number.isNaN(value)) throw invalid("having needs 'value', a number")
      return call(name, [castTo(named('aggregation'), 'DOUBLE'), literal(value, 'DOUBLE')], 'BOOLEAN')
    }
    case 'dimSelector': {
      const dimension = castTo(named('dimension'), 'STRING')
      const value = isObject(spec['extractionFn']) ? extract(spec['extractionFn'], dimension) : dimension
      if (spec['value'] === null || spec['value'] === undefined) return call('is_null', [value], 'BOOLEAN')
      return call('eq', [value, literal(String(spec['value']), 'STRING')], 'BOOLEAN')
    }
    default:
      throw invalid(`having of type ${JSON.stringify(spec['type'])} is not known`)
  }
}
