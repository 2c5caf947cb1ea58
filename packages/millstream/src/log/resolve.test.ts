import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedStorage } from '../base/simulated/storage.ts'
import { SimulatedWorld } from '../base/simulated/world.ts'
import { Batch } from '../data/batch.ts'
import { type Contract, type ContractColumn, physicalSchema } from '../data/contract.ts'
import { type LogicalType, types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import { openPartitionReader } from './reader.ts'
import { endsOf, testContract, testStream } from './testing.ts'
import { openGatewayPartition } from './writer.ts'

const column = (id: number, name: string, type: LogicalType): ContractColumn => ({ kind: 'physical', id, name, type })
const contract = (version: number, ...columns: ContractColumn[]): Contract => ({ ...testContract, watermark: null, version, columns })
const one = contract(1, column(1, 'a', types.int()), column(2, 'b', types.string()), column(3, 'old', types.float()))
const two = contract(2, column(1, 'a', types.bigint()), column(4, 'new', types.string()), column(2, 'renamed', types.string()))
const three = contract(3, column(1, 'a', types.boolean()))

test('a reader gets the columns of its own contract version from blocks of any other', async () => {
  const world = new SimulatedWorld(1)
  const storage = new SimulatedStorage(world.random, world.scheduler)
  const ports = { clock: world.clock, scheduler: world.scheduler, random: world.random, storage }
  await world.runUntil(
    (async () => {
      const writer = await openGatewayPartition(ports, '', { ...testStream, contract: one }, 0)
      const append = (of: Contract, rows: Value[][]) =>
        writer.append({
          batch: Batch.of(physicalSchema(of), rows),
          contractVersion: of.version,
          rejected: [],
          producer: null,
          receivedAtMs: 1,
        })
      // Both in one group: a block has one contract version.
      await Promise.all([
        append(one, [
          [1, 'x', 1.5],
          [2, null, null],
        ]),
        append(two, [[2n ** 60n, 'n', 'y']]),
      ])
      const read = async (as: Contract, columns?: readonly string[]) => {
        const reader = openPartitionReader(
          storage,
          '',
          { ...testStream, contract: as },
          0,
          endsOf(() => writer.end()),
          {
            contract: (version) => [one, two, three].find((known) => known.version === version) ?? null,
            ...(columns === undefined ? {} : { columns }),
          },
        )
        const slices = []
        for (let slice = await reader.next(100); slice !== null; slice = await reader.next(100)) {
          slices.push([slice.contractVersion, slice.batch.schema.text(), slice.batch.rows()])
        }
        await reader.close()
        return slices
      }
      assert.deepEqual(await read(two), [
        [
          1,
          '(a BIGINT, new STRING, renamed STRING)',
          [
            [1n, null, 'x'],
            [2n, null, null],
          ],
        ],
        [2, '(a BIGINT, new STRING, renamed STRING)', [[2n ** 60n, 'n', 'y']]],
      ])
      assert.deepEqual(
        (await read(two, ['new'])).map(([, , rows]) => rows),
        [[[null], [null]], [['n']]],
      )
      await assert.rejects(read(one), { code: 'MS-3000' }, 'BIGINT does not narrow to INT')
      await assert.rejects(read(three), { code: 'MS-3000' })
      await writer.close()
    })(),
  )
})
