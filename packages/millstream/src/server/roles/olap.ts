import { rowText } from '../../flow/row-text.ts'
import type { DatasetDescriptor } from '../../model/datasets.ts'
import { openOlap } from '../../olap/olap.ts'
import { joinHub, superviseThis } from '../child.ts'
import { DatasetCounts } from '../dataset-status.ts'
import type { DeadRowsMessage } from '../dead-rows.ts'

/** Datasets: the only process that opens DuckDB. */
let close = async (): Promise<void> => {}
const log = superviseThis('olap', () => close())

const counts = new DatasetCounts()
const { ports, hub, told, welcome, options } = await joinHub('olap', log, (rpc) => {
  rpc.handle('olap.datasets', ({ datasets }: { datasets: readonly DatasetDescriptor[] }) => olap.setDatasets(datasets).catch(failed))
  rpc.handle('olap.drop', ({ uid }: { uid: string }) => olap.drop(uid))
  rpc.handle('olap.query', ({ tenant, query }: { tenant: string; query: unknown }) => olap.query(tenant, query))
  rpc.handle('olap.sql', ({ tenant, request }: { tenant: string; request: never }) => olap.sql(tenant, request))
  rpc.handle('olap.status', () => counts.of(olap))
  rpc.handle('olap.ledger', ({ uid }: { uid: string }) => olap.ledger(uid))
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
    const rows = batch.rows().map((row) => rowText(batch.schema.fields, row))
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
  account: (entries) => {
    for (const { hop } of entries) counts.changed(hop.slice('dataset:'.length))
  },
})
close = () => olap.close()
await olap.setDatasets(welcome.datasets ?? []).catch(failed)

function failed(error: unknown): void {
  log.error('the datasets could not be opened', error)
  process.exit(1)
}
