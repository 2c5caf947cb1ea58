import { types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { ScalarFunction } from '../function.ts'
import { scalar, take } from '../signature.ts'

/** IS_ALPHA, IS_DIGIT, IS_DECIMAL: what all characters of a text are. An empty text and null are none of these. */
function textTest(name: string, form: RegExp): ScalarFunction {
  return scalar({
    names: [name],
    parameters: [take.any],
    result: types.boolean(),
    nullable: 'never',
    nulls: 'own',
    run: (value: Value) => value !== null && form.test(String(value)),
  })
}

export const characterClassFunctions: readonly ScalarFunction[] = [
  textTest('IS_ALPHA', /^\p{L}+$/u),
  textTest('IS_DIGIT', /^\p{Nd}+$/u),
  textTest('IS_DECIMAL', /^[+-]?(\d+\.?\d*|\.\d+)$/),
]
