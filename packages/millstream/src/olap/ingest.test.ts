import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { limits } from '../base/limits.ts'
import { type DatasetFile, openDatasetFile } from './dataset-file.ts'
import { type Duck, openDuck } from './duck.ts'
import { startIngest } from './ingest.ts'
import { type Click, clicksContract, clicksDataset, clicksStream, openTestWorld, type TestWorld } from './testing.ts'

const worlds: TestWorld[] = []
after(async () => {
  for (const world of worlds) {
    await world.close()
    world.remove()
  }
})

async function world(): Promise<TestWorld> {
  const opened = await openTestWorld()
  worlds.push(opened)
  return opened
}

const day = Date.UTC(2026, 0, 1)
const clicks = (count: number, ts = day): Click[] =>
  Array.from({ length: count }, (_, at) => ({ ts: ts + at, country: 'is', code: 200, bytes: 1n, took: 1, user: 'u' }))

/** A store whose next commit is done, though its connection says that it failed. */
function failingAfterCommit(duck: Duck): Duck & { armed: boolean } {
  const failing = {
    ...duck,
    armed: false,
    async connect() {
      const connection = await duck.connect()
      const run = connection.run.bind(connection)
      connection.run = async (...args) => {
        const result = await run(...args)
        if (args[0] !== 'COMMIT' || !failing.armed) return result
        failing.armed = false
        throw new Error('the answer was lost')
      }
      return connection
    },
  }
  return failing
}

const eventsIn = async (duck: Duck, file: DatasetFile): Promise<unknown> => {
  const counts = file.placement.chunks(file.table, null).map((chunk) => `SELECT c3 AS events FROM ${chunk}`)
  const column = [{ name: 'events', type: 'LONG' }] as const
  return (await duck.query(`SELECT sum(events)::BIGINT FROM (${counts.join(' UNION ALL ')})`, [], column, 5_000)).rows[0]?.[0]
}

test('a commit that was done though its answer was lost is not done again', async () => {
  const { folder, ports, ends, append } = await world()
  const duck = failingAfterCommit(await openDuck(folder, ports.scheduler))
  const file = await openDatasetFile(duck, join(folder, 'd.duckdb'), clicksDataset)
  await append(0, clicks(7))
  duck.armed = true
  const ingest = startIngest(clicksDataset, file, {
    ...{ storage: ports.storage, clock: ports.clock, scheduler: ports.scheduler, dataFolder: '', ends },
    stream: () => clicksStream,
    contract: () => clicksContract,
    deadRows: async () => {},
    taken: () => {},
    lost: (error) => {
      throw error
    },
  })
  await ingest.settled().catch(() => {})
  assert.equal(duck.armed, false)
  assert.equal(file.offset(0), 7)
  await append(0, clicks(3, day + 60_000))
  while (ingest.lagRows() > 0) await ingest.settled().catch(() => ports.scheduler.sleep(20))
  assert.equal(await eventsIn(duck, file), 10)
  assert.equal(
    (await file.ledger()).reduce((sum, range) => sum + range.in, 0),
    10,
  )
  await ingest.stop()
  const { chunks } = file.table
  await file.close()
  const reopened = await openDatasetFile(duck, join(folder, 'd.duckdb'), clicksDataset)
  assert.deepEqual(reopened.table.chunks, chunks)
  await reopened.close()
  await duck.close()
})

test('dead letters are committed around before there are more of them than a crash may hand over again', async () => {
  const { folder, ports, ends, append } = await world()
  const duck = await openDuck(folder, ports.scheduler)
  const dataset = { ...clicksDataset, latenessMs: 1000 }
  const file = await openDatasetFile(duck, join(folder, 'd.duckdb'), dataset)
  const rows = limits.datasetReadRowsMax
  for (let body = 0; body < 3; body++) await append(0, clicks(rows, 0))
  const committed: number[] = []
  const ingest = startIngest(dataset, file, {
    ...{ storage: ports.storage, clock: ports.clock, scheduler: ports.scheduler, dataFolder: '', ends },
    stream: () => clicksStream,
    contract: () => clicksContract,
    deadRows: async () => {
      committed.push(file.offset(0))
    },
    taken: () => {},
    lost: () => {},
  })
  await ingest.settled()
  assert.deepEqual(committed, [0, rows, 2 * rows])
  await ingest.stop()
  await file.close()
  await duck.close()
})

test('a dataset whose file is damaged says so, and the others work', async () => {
  const { folder, olap, append } = await world()
  const other = { ...clicksDataset, uid: 'd2', name: 'other' }
  await olap.setDatasets([clicksDataset, other])
  await append(0, clicks(5))
  await olap.settled()
  await olap.setDatasets([])
  const name = readdirSync(join(folder, 'datasets')).find((each) => each.startsWith('d1-') && each.endsWith('.duckdb'))
  writeFileSync(join(folder, 'datasets', name as string), 'x'.repeat(20_000))
  await olap.setDatasets([clicksDataset, other])
  await append(0, clicks(5))
  await olap.settled()
  const [healthy, damaged] = (await olap.status()).toSorted((a, b) => b.uid.localeCompare(a.uid))
  assert.deepEqual([healthy?.state, healthy?.lagRows, damaged?.state, damaged?.lagRows], ['running', 0, 'failed', 10])
  assert.match(damaged?.error?.message ?? '', /not a valid DuckDB/)
})
