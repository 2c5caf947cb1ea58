import { faultPlace } from '../base/fault.ts'
import { limits } from '../base/limits.ts'
import { type CheckpointRecord, endKey, type JobStatus } from '../model/hub.ts'
import { accountChanges } from './account.ts'
import type { RecordChange, RecordStore } from './record-store.ts'
import { type CheckpointState, type JobPartitionEnd, type JobRecord, keys } from './records.ts'

const fresh: CheckpointState = { attempt: 0, epoch: 0, record: null, finished: false }

/** A job's end of a partition moved: what readers may now read, and the files that hold it. */
export type EndMoved = (streamUid: string, partition: number, end: JobPartitionEnd) => void

/** Attempts, checkpoints and what jobs last said. Commits are decided here and nowhere else. */
export class Jobs {
  readonly #records: RecordStore
  readonly #onEnd: EndMoved
  readonly #statuses = new Map<string, JobStatus>()
  readonly #gaps = new Map<string, string[]>()
  /** Minutes of the account that each job touched last: the others need no memory. */
  readonly #minutes = new Map<string, Set<string>>()

  constructor(records: RecordStore, onEnd: EndMoved) {
    this.#records = records
    this.#onEnd = onEnd
  }

  all(): JobRecord[] {
    return this.#records.list<JobRecord>(keys.jobs).map(([, record]) => record.value)
  }

  get(uid: string): JobRecord | null {
    return this.#records.get<JobRecord>(keys.job(uid))?.value ?? null
  }

  /** Jobs that should have a worker. */
  wanted(): JobRecord[] {
    return this.all().filter((job) => job.desired === 'running' && !this.checkpoint(job.uid).finished)
  }

  checkpoint(uid: string): CheckpointState {
    return this.#records.get<CheckpointState>(keys.checkpoint(uid))?.value ?? fresh
  }

  status(uid: string): JobStatus | null {
    return this.#statuses.get(uid) ?? null
  }

  takeStatus(status: JobStatus): void {
    if (status.attempt >= (this.#statuses.get(status.job)?.attempt ?? 0)) this.#statuses.set(status.job, status)
  }

  /** Ranges of a job's account that did not join. */
  gaps(uid: string): readonly string[] {
    return this.#gaps.get(uid) ?? []
  }

  /** Whether any account of a job has a hole. */
  hasGaps(): boolean {
    return this.#gaps.size > 0
  }

  /** A new worker: from now on older attempts commit nothing. */
  async raiseAttempt(uid: string): Promise<CheckpointState> {
    for (;;) {
      const stored = this.#records.get<CheckpointState>(keys.checkpoint(uid))
      const next = { ...(stored?.value ?? fresh), attempt: (stored?.value.attempt ?? 0) + 1 }
      if (await this.#records.tryCommit([{ key: keys.checkpoint(uid), expect: stored?.version ?? 0, value: next }])) return next
    }
  }

  /** True: durable and published. False: another attempt took over, or the epoch is not the next one. */
  async commit(record: CheckpointRecord): Promise<boolean> {
    const stored = this.#records.get<CheckpointState>(keys.checkpoint(record.job))
    if (stored === null || this.get(record.job) === null) return false
    if (stored.value.attempt !== record.attempt || stored.value.epoch !== record.epoch - 1) return false
    const { account, ...kept } = record
    const { changes, gaps } = await accountChanges(this.#records, account)
    const state: CheckpointState = { ...stored.value, epoch: record.epoch, record: { ...kept, account: [] } }
    const ends = Object.entries(record.ends)
    const committed = await this.#records.tryCommit([
      { key: keys.checkpoint(record.job), expect: stored.version, value: state },
      ...ends.map(([key, end]): RecordChange => {
        const place = `${keys.ends}${key}`
        return { key: place, expect: this.#records.get(place)?.version ?? 0, value: end }
      }),
      ...changes,
    ])
    if (!committed) return false
    if (gaps.length > 0) this.#gaps.set(record.job, [...(this.#gaps.get(record.job) ?? []), ...gaps].slice(-10))
    this.#letGoOfMinutes(record.job, changes)
    faultPlace('commit')
    for (const [key, end] of ends) {
      const slash = key.indexOf('/')
      this.#onEnd(key.slice(0, slash), Number(key.slice(slash + 1)), end)
    }
    return true
  }

  #letGoOfMinutes(job: string, changes: readonly RecordChange[]): void {
    const recent = this.#minutes.get(job) ?? new Set()
    this.#minutes.set(job, recent)
    for (const { key } of changes) {
      if (!key.startsWith(keys.ledgers)) continue
      recent.delete(key)
      recent.add(key)
    }
    for (const key of recent) {
      if (recent.size <= limits.ledgerMinutesKept) return
      recent.delete(key)
      this.#records.forget(key)
    }
  }

  /** A bounded job has read all there was and committed it. */
  async finish(uid: string, attempt: number): Promise<void> {
    const stored = this.#records.get<CheckpointState>(keys.checkpoint(uid))
    if (stored === null || stored.value.attempt !== attempt) return
    await this.#records.tryCommit([{ key: keys.checkpoint(uid), expect: stored.version, value: { ...stored.value, finished: true } }])
  }

  /** Committed ends of all job partitions, by `endKey`. */
  ends(): Map<string, JobPartitionEnd> {
    const found = new Map<string, JobPartitionEnd>()
    for (const [key, record] of this.#records.list<JobPartitionEnd>(keys.ends)) found.set(key.slice(keys.ends.length), record.value)
    return found
  }

  end(streamUid: string, partition: number): JobPartitionEnd | null {
    return this.#records.get<JobPartitionEnd>(`${keys.ends}${endKey(streamUid, partition)}`)?.value ?? null
  }
}
