import { jsonRows } from '../../codec/json-write.ts'
import type { DatasetDescriptor } from '../../model/datasets.ts'
import { type Olap, openOlap } from '../../olap/olap.ts'
import { joinHub, superviseThis } from '../child.ts'
import { DatasetCounts } from '../dataset-status.ts'
import type { DeadRowsMessage } from '../dead-rows.ts'

/** Datasets: the only process that opens DuckDB. */
const opening = Promise.withResolvers<Olap>()
const opened = opening.promise
const counts = new DatasetCounts()
let close = async (): Promise<void> => {}
const log = superviseThis('olap', () => close())

// The hub asks as soon as it said welcome: answers wait until the datasets are open.
const { ports, hub, told, welcome, options } = await joinHub('olap', log, (rpc) => {
  rpc.handle('olap.datasets', async ({ datasets }: { datasets: readonly DatasetDescriptor[] }) =>
    (await opened).setDatasets(datasets).catch(failed),
  )
  rpc.handle('olap.drop', async ({ uid }: { uid: string }) => (await opened).drop(uid).catch(failed))
  rpc.handle('olap.query', async ({ tenant, query }: { tenant: string; query: unknown }) => (await opened).query(tenant, query))
  rpc.handle('olap.sql', async ({ tenant, request }: { tenant: string; request: never }) => (await opened).sql(tenant, request))
  rpc.handle('olap.status', async () => counts.of(await opened))
  rpc.handle('olap.ledger', async ({ uid }: { uid: string }) => (await opened).ledger(uid))
})

const olap = openOlap({
  storage: ports.storage,
  clock: ports.clock,
  scheduler: ports.scheduler,
  dataFolder: '',
  dataPath: options.dataFolder,
  ends: told,
  stream: (uid) => told.byUid(uid),
  contract: (uid, version) => told.contract(uid, version),
  deadRows: async ({ dataset, stage, reason, partition, offsets, batch, contractVersion }) => {
    const rows = jsonRows(batch)
    const message: DeadRowsMessage = {
      dataset: dataset.uid,
      streamUid: dataset.streamUid,
      stage,
      reason,
      partition,
      offsets,
      rows,
      contractVersion,
    }
    await hub.request('hub.deadRows', message)
  },
  lost: failed,
  failed: ({ tenant, name }, error) => log.error('a dataset stands still', error, { tenant, dataset: name }),
  account: (entries) => {
    for (const { hop } of entries) counts.changed(hop.slice('dataset:'.length))
  },
})
close = () => olap.close()
await olap.setDatasets(welcome.datasets ?? []).catch(failed)
opening.resolve(olap)

function failed(error: unknown): void {
  log.error('the store of the datasets does not answer', error)
  process.exit(1)
}
