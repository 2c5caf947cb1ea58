import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Cancel, Clock, Scheduler, Storage } from '../base/ports.ts'
import { type DruidResponse, druidError } from '../druid/errors.ts'
import { jsonText } from '../druid/json.ts'
import { answerNative } from '../druid/native/native.ts'
import { answerSql, type SqlRequest } from '../druid/sql/sql.ts'
import { join } from '../log/layout.ts'
import type { DatasetEngine } from '../model/dataset-query.ts'
import type { DatasetDescriptor } from '../model/datasets.ts'
import type { LedgerEntry } from '../model/hub.ts'
import { datasetEngine } from './answers.ts'
import { type DatasetFile, openDatasetFile, type TakenRange } from './dataset-file.ts'
import { type Duck, openDuck } from './duck.ts'
import { type Ingest, type IngestHost, startIngest } from './ingest.ts'
import { hashBytes } from './interner.ts'

/** What the olap process is given. */
export interface OlapHost extends Omit<IngestHost, 'taken'> {
  readonly storage: Storage
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Where `dataFolder` stands for the store: an absolute path. */
  readonly dataPath: string
  /** Entries of committed rows, hop `dataset:<uid>`. They are in the dataset's file too: `ledger` answers them all. */
  readonly account: (entries: readonly LedgerEntry[]) => void
}

export interface DatasetStatus {
  readonly uid: string
  readonly tenant: string
  readonly name: string
  readonly state: 'running' | 'failed'
  readonly rows: number
  readonly chunks: number
  readonly minTimeMs: number | null
  readonly maxTimeMs: number | null
  readonly lagRows: number
  readonly dictionaryEntries: number
  readonly bytes: number
  readonly error: { readonly code: string; readonly message: string } | null
}

export interface Olap {
  /** The datasets there are from now on: new ones are opened, others are closed; a changed layout is built anew from the log. */
  setDatasets(datasets: readonly DatasetDescriptor[]): Promise<void>
  /** Removes a dataset's file. */
  drop(uid: string): Promise<void>
  /** `POST /druid/v2`. Never throws. */
  query(tenant: string, query: unknown): Promise<DruidResponse>
  /** `POST /druid/v2/sql`. Never throws. */
  sql(tenant: string, request: SqlRequest): Promise<DruidResponse>
  status(): Promise<readonly DatasetStatus[]>
  ledger(uid: string): Promise<readonly LedgerEntry[]>
  /** Resolves when what the log had committed is queryable. */
  settled(): Promise<void>
  readonly engine: DatasetEngine
  close(): Promise<void>
}

interface OpenDataset {
  readonly descriptor: DatasetDescriptor
  readonly path: string
  readonly file: DatasetFile
  readonly ingest: Ingest
}

interface BrokenDataset {
  readonly descriptor: DatasetDescriptor
  readonly error: unknown
}

const folderName = 'datasets'

export function openOlap(host: OlapHost): Olap {
  const open = new Map<string, OpenDataset>()
  /** Datasets whose file does not open: the others work, and these are tried again. */
  const broken = new Map<string, BrokenDataset>()
  let wanted: readonly DatasetDescriptor[] = []
  let again: Cancel | null = null
  let duck: Promise<Duck> | null = null
  let changing: Promise<void> = Promise.resolve()
  const folder = join(host.dataFolder, folderName)
  const absolute = `${host.dataPath}/${folderName}`
  const store = (): Promise<Duck> => {
    duck ??= host.storage.makeFolder(folder).then(() => openDuck(absolute, host.scheduler))
    return duck
  }
  const files = (): DatasetFile[] => [...open.values()].map(({ file }) => file)
  const known = datasetEngine(files, store, () => host.clock.nowMs())
  const engine: DatasetEngine = {
    get nowMs() {
      return known.nowMs
    },
    tables: known.tables,
    run: known.run,
    table(tenant, name) {
      const table = known.table(tenant, name)
      if (table === null) refuseBroken(broken.values(), tenant, name)
      return table
    },
  }

  const shut = async (uid: string): Promise<void> => {
    const dataset = open.get(uid)
    if (dataset === undefined) return
    open.delete(uid)
    await dataset.ingest.stop()
    await dataset.file.close()
  }
  const remove = async (uid: string, keep: string | null): Promise<void> => {
    for (const name of await host.storage.list(folder)) {
      if (name.startsWith(`${fileStem(uid)}-`) && (keep === null || !name.startsWith(keep))) await host.storage.remove(join(folder, name))
    }
  }
  const start = async (descriptor: DatasetDescriptor): Promise<void> => {
    const name = `${fileStem(descriptor.uid)}-${layoutMark(descriptor)}.duckdb`
    const opened = await store()
    await remove(descriptor.uid, name)
    const file = await openDatasetFile(opened, `${absolute}/${name}`, descriptor)
    const taken = (dataset: DatasetDescriptor, ranges: readonly TakenRange[]): void =>
      host.account(ranges.map((range) => entryOf(dataset, range)))
    const ingest = startIngest(descriptor, file, { ...host, taken })
    open.set(descriptor.uid, { descriptor, path: join(folder, name), file, ingest })
  }
  const startAll = async (): Promise<void> => {
    again?.cancel()
    again = null
    broken.clear()
    for (const descriptor of wanted) {
      if (open.has(descriptor.uid)) continue
      try {
        await start(descriptor)
      } catch (error) {
        broken.set(descriptor.uid, { descriptor, error })
      }
    }
    if (broken.size > 0) again = host.scheduler.after(limits.datasetOpenAgainMs, () => void inTurn(startAll))
  }
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    changing = changing.catch(() => {}).then(change)
    return changing
  }
  const answering = async (answer: () => Promise<DruidResponse>): Promise<DruidResponse> => {
    try {
      await changing.catch(() => {})
      return await answer()
    } catch (error) {
      return druidError(error)
    }
  }

  return {
    engine,
    setDatasets: (datasets) =>
      inTurn(async () => {
        wanted = datasets
        const byUid = new Map(datasets.map((descriptor) => [descriptor.uid, descriptor]))
        for (const [uid, { descriptor }] of [...open]) {
          const next = byUid.get(uid)
          if (next === undefined || JSON.stringify(next) !== JSON.stringify(descriptor)) await shut(uid)
        }
        await startAll()
      }),
    drop: (uid) =>
      inTurn(async () => {
        await shut(uid)
        await remove(uid, null)
      }),
    query: (tenant, query) =>
      answering(async () => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: jsonText(await answerNative(query, engine, tenant)),
      })),
    sql: (tenant, request) => answering(() => answerSql(request, engine, tenant)),
    async status() {
      const brokenNow = [...broken.values()].map((dataset) => brokenStatus(dataset, host))
      return [...(await Promise.all([...open.values()].map((dataset) => statusOf(dataset, host)))), ...brokenNow]
    },
    async ledger(uid) {
      const dataset = open.get(uid)
      return dataset === undefined ? [] : (await dataset.file.ledger()).map((range) => entryOf(dataset.descriptor, range))
    },
    async settled() {
      await changing
      for (const { ingest } of open.values()) await ingest.settled()
    },
    close: () =>
      inTurn(async () => {
        wanted = []
        again?.cancel()
        for (const uid of [...open.keys()]) await shut(uid)
        if (duck !== null) await (await duck).close()
      }),
  }
}

async function statusOf({ descriptor, path, file, ingest }: OpenDataset, host: OlapHost): Promise<DatasetStatus> {
  const { chunks } = file.table
  const stat = await host.storage.stat(path)
  const { failure } = ingest
  return {
    uid: descriptor.uid,
    tenant: descriptor.tenant,
    name: descriptor.name,
    state: failure === null ? 'running' : 'failed',
    rows: chunks.reduce((sum, chunk) => sum + chunk.rows, 0),
    chunks: chunks.length,
    minTimeMs: chunks.length === 0 ? null : Math.min(...chunks.map((chunk) => chunk.minTimeMs)),
    maxTimeMs: chunks.length === 0 ? null : Math.max(...chunks.map((chunk) => chunk.maxTimeMs)),
    lagRows: ingest.lagRows(),
    dictionaryEntries: file.interner.count,
    bytes: stat?.sizeBytes ?? 0,
    error: failure === null ? null : { code: 'code' in failure ? String(failure.code) : 'MS-6008', message: failure.message },
  }
}

/** A dataset that is there and does not open is not unknown: the answer is why. */
function refuseBroken(broken: Iterable<BrokenDataset>, tenant: string, name: string): void {
  for (const { descriptor, error } of broken) {
    const named = (descriptor.tenant === tenant && descriptor.name === name) || `${descriptor.tenant}.${descriptor.name}` === name
    if (named)
      throw errors.fail('MS-6009', { dataset: name, reason: error instanceof Error ? error.message : String(error) }, undefined, error)
  }
}

/** A dataset that is not open has taken nothing that is known: everything is still to come. */
function brokenStatus({ descriptor, error }: BrokenDataset, { stream, ends }: OlapHost): DatasetStatus {
  const { uid, tenant, name, streamUid } = descriptor
  const message = error instanceof Error ? error.message : String(error)
  return {
    ...{ uid, tenant, name, state: 'failed', rows: 0, chunks: 0, minTimeMs: null, maxTimeMs: null, dictionaryEntries: 0, bytes: 0 },
    lagRows: (stream(streamUid)?.partitions ?? []).reduce((sum, { partition }) => sum + ends.end(streamUid, partition), 0),
    error: { code: 'code' in (error as object) ? String((error as { code: unknown }).code) : 'MS-6008', message },
  }
}

function entryOf(dataset: DatasetDescriptor, range: TakenRange): LedgerEntry {
  const { partition, from, to, in: taking, out, late, refused, minuteMs } = range
  return {
    streamUid: dataset.streamUid,
    hop: `dataset:${dataset.uid}`,
    partition,
    from,
    to,
    in: taking,
    out,
    filtered: 0,
    late,
    rejected: 0,
    refused,
    minuteMs,
  }
}

const fileStem = (uid: string): string => uid.replace(/[^A-Za-z0-9_]/g, '_')

/** What the stored rows depend on: when it changes, the dataset is built anew. */
function layoutMark(dataset: DatasetDescriptor): string {
  const { streamUid, timestampColumn, segmentGranularity, queryGranularity, rollup, dimensions, metrics, latenessMs } = dataset
  const bytes = new TextEncoder().encode(
    JSON.stringify([streamUid, timestampColumn, segmentGranularity, queryGranularity, rollup, dimensions, metrics, latenessMs]),
  )
  return [1, 2].map((seed) => (hashBytes(bytes, 0, bytes.length, seed) >>> 0).toString(16).padStart(8, '0')).join('')
}
