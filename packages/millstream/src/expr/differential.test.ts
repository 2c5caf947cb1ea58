import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MillstreamError } from '../base/errors.ts'
import { seededRandom } from '../base/simulated/random.ts'
import type { Batch } from '../data/batch.ts'
import { Schema } from '../data/schema.ts'
import { type LogicalType, types, typeText } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { Expression } from './expression.ts'
import { fixedEnv } from './fixed-env.ts'
import { allFunctions } from './functions/all.ts'
import { type Mode, predicate, projection } from './projection.ts'
import { randomBatch, sampleTypes } from './testing/random-data.ts'
import { callOf, randomExpression } from './testing/random-expression.ts'

const env = { ...fixedEnv(), nowMs: 1_600_000_000_123 }

/** Rows, or the code of the error. Which row fails first is not part of the meaning, so an error is an error. */
function outcome(expression: Expression, batch: Batch, mode: Mode, rows?: Int32Array): Value[] | string {
  try {
    const made = projection([expression], new Schema([{ name: 'x', type: expression.type }]), { mode, env })
    return made
      .run(batch, rows)
      .rows()
      .map((row) => row[0] as Value)
  } catch (failure) {
    if (failure instanceof MillstreamError) return failure.code
    throw failure
  }
}

export function expressionText(expression: Expression): string {
  if (expression.kind === 'input') return `$${expression.index}:${typeText(expression.type)}`
  if (expression.kind === 'literal') return `${String(expression.value)}:${typeText(expression.type)}`
  return `${expression.function}(${expression.args.map(expressionText).join(', ')}):${typeText(expression.type)}`
}

function agree(expression: Expression, batch: Batch, label: string): void {
  const rows = Int32Array.from({ length: batch.rowCount >> 1 }, (_, at) => at * 2)
  for (const chosen of [undefined, rows]) {
    const interpreted = outcome(expression, batch, 'interpreted', chosen)
    const compiled = outcome(expression, batch, 'compiled', chosen)
    if (typeof interpreted === 'string' && typeof compiled === 'string') continue
    assert.deepEqual(compiled, interpreted, `${label}: ${expressionText(expression)}`)
  }
  if (expression.type.kind !== 'BOOLEAN') return
  const expected = outcome(expression, batch, 'interpreted')
  if (typeof expected === 'string') return
  const selected = [...predicate(expression, { env }).select(batch)]
  assert.deepEqual(
    selected,
    expected.flatMap((value, row) => (value === true ? [row] : [])),
    `${label}: WHERE ${expressionText(expression)}`,
  )
}

const wantsUnit = new Set(['EXTRACT', 'TIMESTAMPADD', 'TIMESTAMPDIFF', 'FLOOR', 'CEIL'])
const units = ['MILLISECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR', 'EPOCH']
const unitLiteral = (unit: string): Expression => ({ kind: 'literal', value: unit, type: types.char(unit.length, false) })

test('each function with code of its own gives what the interpreter gives, for arguments drawn from its signature', () => {
  const emitting = allFunctions.filter((one) => one.emit !== undefined || one.nulls === 'lazy')
  for (const [position, one] of emitting.entries()) {
    const random = seededRandom(1000 + position)
    const name = one.names[0] as string
    let tried = 0
    for (let attempt = 0; attempt < 1500 && tried < 25; attempt++) {
      const count = one.nulls === 'lazy' ? 2 + random.int(2) : 1 + random.int(2)
      const inputs = Array.from({ length: count }, () => sampleTypes[random.int(sampleTypes.length)] as LogicalType)
      if (random.int(2) === 0) inputs[count - 1] = inputs[0] as LogicalType
      const args = inputs.map((type, index): Expression => ({ kind: 'input', index, type }))
      // Units are symbols: only a literal one fits.
      if (wantsUnit.has(name) && random.int(3) > 0)
        args.splice(
          name === 'FLOOR' || name === 'CEIL' ? 1 : 0,
          count > 1 && random.int(2) === 0 ? 1 : 0,
          unitLiteral(units[random.int(units.length)] as string),
        )
      const call = callOf(name, args, sampleTypes[random.int(sampleTypes.length)])
      if (call === null) continue
      tried++
      agree(call, randomBatch(random, inputs, 20), `${name}, attempt ${attempt}`)
    }
    assert.ok(tried > 0, `no arguments were found for ${name}`)
  }
})

test('random trees of calls mean the same compiled and interpreted', () => {
  const names = [...new Set(allFunctions.filter((one) => one.deterministic).map((one) => one.names[0] as string))]
  const inputs = [...sampleTypes, types.int(false), types.bigint(false), types.string(false)]
  for (let seed = 0; seed < 400; seed++) {
    const random = seededRandom(seed)
    const batch = randomBatch(random, inputs, 1 + random.int(24))
    agree(randomExpression(random, inputs, names, 1 + random.int(3)), batch, `seed ${seed}`)
  }
})

test('conditions of AND, OR, NOT and comparisons select the rows that the interpreter finds TRUE', () => {
  const names = ['AND', 'OR', 'NOT', '=', '<>', '<', '>=', 'IS NULL', 'IS NOT TRUE', 'IN', '+', 'CASE', 'COALESCE']
  const inputs = [
    types.boolean(),
    types.boolean(false),
    types.int(),
    types.bigint(),
    types.string(),
    types.string(),
    types.timestamp(3),
    types.decimal(8, 2),
  ]
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom(5000 + seed)
    const batch = randomBatch(random, inputs, 1 + random.int(40))
    agree(randomExpression(random, inputs, names, 2 + random.int(2)), batch, `seed ${seed}`)
  }
})
