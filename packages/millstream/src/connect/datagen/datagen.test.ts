import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedWorld } from '../../base/simulated/world.ts'
import { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import { column, table } from '../../flow/testing/plans.ts'
import { datagenConnector } from './connector.ts'

const fields = [column('id', types.bigint()), column('n', types.int()), column('s', types.string()), column('ts', types.timestampLtz(3))]
const options = {
  'rows-per-second': '10',
  'fields.id.kind': 'sequence',
  'fields.id.start': '1',
  'fields.id.end': '25',
  'fields.n.min': '5',
  'fields.n.max': '6',
  'fields.s.length': '4',
}

test('a sequence bounds the source, columns keep to their options, rows come at their pace', async () => {
  const world = new SimulatedWorld(1)
  const connector = datagenConnector(world)
  const request = {
    table: table('gen', fields, { connector: 'datagen', options }),
    columns: [],
    schema: new Schema(fields),
    bounded: false,
    fromMs: null,
  }
  const source = connector.source?.(request)
  assert.equal(source?.bounded, true)
  const split = await source?.open('0', null)
  assert.equal(await split?.read(100), 'wait')
  await world.runUntil(world.scheduler.sleep(1_050))
  const first = await split?.read(100)
  assert.ok(typeof first === 'object' && first.rowCount === 10)
  for (const [id, n, s] of first.rows()) {
    assert.ok(typeof id === 'bigint' && id >= 1n && id <= 25n)
    assert.ok(n === 5 || n === 6)
    assert.match(String(s), /^[0-9a-f]{4}$/)
  }
  await world.runUntil(world.scheduler.sleep(10_000))
  const rest = await split?.read(100)
  assert.ok(typeof rest === 'object' && rest.rowCount === 15)
  assert.equal(await split?.read(100), 'end')
})

test('a wrong option names the table, the option and what is wrong', () => {
  const connector = datagenConnector(new SimulatedWorld(1))
  const wrong = table('gen', fields, { options: { 'rows-per-second': 'many' } })
  const request = { table: wrong, columns: [], schema: new Schema(fields), bounded: false, fromMs: null }
  assert.throws(() => connector.source?.(request), {
    code: 'MS-5006',
    message: "Table gen, option 'rows-per-second': 'many' is not a number",
  })
})
