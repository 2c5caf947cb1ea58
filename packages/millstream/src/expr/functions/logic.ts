import { types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { ScalarFunction } from '../function.ts'
import { type Definition, scalar, take } from '../signature.ts'

/** Kleene's three values: null is UNKNOWN. AND and OR look at their right side only when the left does not decide. */
export const logicFunctions: readonly ScalarFunction[] = [
  scalar({
    names: ['AND'],
    parameters: [take.boolean, take.boolean],
    rest: take.boolean,
    signatures: ['<BOOLEAN> AND <BOOLEAN>'],
    result: types.boolean(),
    nulls: 'lazy',
    run: (...values: Value[]) => (values.includes(false) ? false : values.includes(null) ? null : true),
  }),
  scalar({
    names: ['OR'],
    parameters: [take.boolean, take.boolean],
    rest: take.boolean,
    signatures: ['<BOOLEAN> OR <BOOLEAN>'],
    result: types.boolean(),
    nulls: 'lazy',
    run: (...values: Value[]) => (values.includes(true) ? true : values.includes(null) ? null : false),
  }),
  scalar({
    names: ['NOT'],
    parameters: [take.boolean],
    signatures: ['NOT <BOOLEAN>'],
    result: types.boolean(),
    run: (value: boolean) => !value,
    emit: (_, [value]) => ({ value: `!${value}`, total: true }),
  }),
  isTest('IS TRUE', (value) => value === true),
  isTest('IS NOT TRUE', (value) => value !== true),
  isTest('IS FALSE', (value) => value === false),
  isTest('IS NOT FALSE', (value) => value !== false),
  isTest('IS UNKNOWN', (value) => value === null),
  isTest('IS NOT UNKNOWN', (value) => value !== null),
  scalar(nullTest('IS NULL', (value) => value === null)),
  scalar(nullTest('IS NOT NULL', (value) => value !== null)),
]

function nullTest(name: string, run: (value: Value) => boolean): Definition {
  return {
    names: [name],
    parameters: [take.any],
    signatures: [`<ANY> ${name}`],
    result: types.boolean(),
    nullable: 'never',
    nulls: 'own',
    run,
  }
}

function isTest(name: string, run: (value: Value) => boolean): ScalarFunction {
  return scalar({ ...nullTest(name, run), parameters: [take.boolean], signatures: [`<BOOLEAN> ${name}`] })
}
