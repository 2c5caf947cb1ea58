import type { DatasetSpec, ObjectRecord, StreamSpec } from '../../control/records.ts'
import { descriptorOf } from '../../control/streams.ts'
import type { Contract } from '../../data/contract.ts'
import { streamFolder } from '../../log/layout.ts'
import type { DatasetDescriptor } from '../../model/datasets.ts'
import type { StreamDescriptor } from '../../model/streams.ts'
import type { HubState } from './state.ts'

/**
 * Makes what runs what the catalogue says: streams become partitions that are open and known to all processes, jobs
 * become workers, datasets go to olap. Called after every change, and harmless when nothing changed.
 */
export class Reconciler {
  readonly #hub: HubState
  readonly #streams = new Map<string, StreamDescriptor>()
  readonly #seen = new Map<string, ObjectRecord>()
  #datasets = ''
  #jobs = ''
  #running: Promise<void> = Promise.resolve()

  constructor(hub: HubState) {
    this.#hub = hub
    hub.catalogue.onChange(() => void this.run())
    hub.supervisor.onChange(() => this.#tellJobs())
  }

  /** Resolves when everything that the catalogue has now is in place. */
  run(): Promise<void> {
    this.#running = this.#running
      .then(() => this.#streamsNow())
      .catch((error: unknown) => this.#hub.log.error('a stream could not be opened', error))
      .then(() => {
        this.#datasetsNow()
        this.#tellJobs()
      })
    return this.#running
  }

  datasets(): DatasetDescriptor[] {
    return this.#hub.catalogue.all<DatasetSpec>('dataset').map((record) => record.spec.descriptor)
  }

  older(): Record<string, readonly Contract[]> {
    const records = this.#hub.catalogue.all<StreamSpec>('stream')
    return Object.fromEntries(records.flatMap(({ uid, spec }) => (spec.older.length > 0 ? [[uid, spec.older]] : [])))
  }

  async #streamsNow(): Promise<void> {
    const { catalogue, partitions, told, children, ports } = this.#hub
    const records = catalogue.all<StreamSpec>('stream')
    const wanted = new Set(records.map((record) => record.uid))
    const removed = [...this.#streams.values()].filter((stream) => !wanted.has(stream.uid))
    // A record is replaced when it changes, never changed in place.
    const changed = records.filter((record) => this.#seen.get(record.uid) !== record).map(descriptorOf)
    if (removed.length === 0 && changed.length === 0) return
    // A stream is open before anybody hears of it, so that who finds it can write it.
    // One that cannot be opened, since its data is damaged, is known all the same: it answers with the reason, and the others work.
    await Promise.all(
      changed.map((stream) =>
        partitions
          .open(stream)
          .catch((error: unknown) => this.#hub.log.error('a stream cannot be written', error, { stream: stream.name })),
      ),
    )
    for (const stream of changed) this.#streams.set(stream.uid, stream)
    for (const record of records) this.#seen.set(record.uid, record)
    for (const { uid } of removed) {
      this.#streams.delete(uid)
      this.#seen.delete(uid)
    }
    const change = { streams: changed, contracts: this.older(), removed: removed.map((stream) => stream.uid) }
    told.takeStreams(change)
    children.tellStreams(change)
    for (const stream of removed) {
      await partitions.closeStream(stream)
      await ports.storage.remove(streamFolder('', stream.uid))
    }
  }

  #datasetsNow(): void {
    const datasets = this.datasets()
    const text = JSON.stringify(datasets)
    const olap = this.#hub.children.of('olap')
    if (text === this.#datasets || olap === null) return
    const before = (this.#datasets === '' ? [] : JSON.parse(this.#datasets)) as DatasetDescriptor[]
    this.#datasets = text
    olap.notify('olap.datasets', { datasets })
    for (const { uid } of before) if (!datasets.some((dataset) => dataset.uid === uid)) olap.notify('olap.drop', { uid })
  }

  /** Workers that ended although their job is wanted are asked for again. */
  #tellJobs(): void {
    const { jobs, supervisor } = this.#hub
    const wanted = jobs.wanted().map(({ uid, name, revision }) => ({ uid, name, revision }))
    const running = supervisor.processes().flatMap(({ job }) => (job === null || job === '' ? [] : [job]))
    const text = JSON.stringify([wanted, wanted.filter(({ uid }) => !running.includes(uid))])
    if (text === this.#jobs) return
    this.#jobs = text
    supervisor.tell({ kind: 'jobs', jobs: wanted })
  }
}
