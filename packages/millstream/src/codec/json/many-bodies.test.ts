import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../../base/simulated/random.ts'
import { Batch } from '../../data/batch.ts'
import { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import { jsonScanner } from './scanner.ts'

const schema = new Schema([
  { name: 'id', type: types.bigint() },
  { name: 'kind', type: types.string() },
  { name: 'device', type: types.string() },
  { name: 'load', type: types.double() },
  { name: 'live', type: types.boolean() },
  { name: 'tags', type: { kind: 'ARRAY', element: types.string(), nullable: true } },
])

test('batches stay as they are whatever is scanned next, and join to the rows of all bodies', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed)
    const scan = jsonScanner(schema, { unknownFields: 'drop' })
    const bodies: { readonly rows: unknown[][]; readonly batch: Batch }[] = []
    for (let body = 0; body < 12; body++) {
      const size = random.int(10) === 0 ? random.int(3000) : random.int(120)
      const rows: unknown[][] = []
      let text = ''
      for (let row = 0; row < size; row++) {
        if (random.int(20) === 0) text += '{"id":"refused","kind":"x","device":"y"}\n'
        const isWide = body % 5 === 4 && random.int(50) === 0
        const id = isWide ? 9_007_199_254_740_993n : BigInt(random.int(1e9))
        const kind = random.int(8) === 0 ? null : ['start', 'stop', 'heartbeat of a player'][random.int(3)]
        const device = `dev-${random.int(1e9)}`
        const values = [id, kind, device, random.int(1000) / 8, random.int(2) === 0, random.int(3) === 0 ? null : [device, 'a']]
        text += `{"id":${id},${JSON.stringify({ kind, device, load: values[3], live: values[4], tags: values[5] }).slice(1)}\n`
        rows.push(values)
      }
      bodies.push({ rows, batch: scan(new TextEncoder().encode(text), 'ndjson').batch })
    }
    for (const { rows, batch } of bodies) assert.deepEqual(batch.rows(), rows, `seed ${seed}`)
    const filled = bodies.map(({ batch }) => batch).filter(({ rowCount }) => rowCount > 0)
    assert.deepEqual(
      Batch.concat(schema, filled).rows(),
      bodies.flatMap(({ rows }) => rows),
      `seed ${seed}`,
    )
  }
})
