import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import type { Clock, Random } from '../base/ports.ts'
import { mustAllow, type Principal } from './allow.ts'
import { newUid } from './names.ts'
import type { RecordChange, RecordStore } from './record-store.ts'
import { type AuditRecord, etagOf, keys, type ObjectKind, type ObjectRecord } from './records.ts'

/** What a change of an object is conditional on, and who makes it. */
export interface ChangeOptions {
  readonly principal: Principal
  /** Null: made by hand, in no project. Undefined: stays where it is. */
  readonly project?: string | null | undefined
  /** The ETag that must stand. */
  readonly ifMatch?: string | undefined
}

export interface Found<Spec> {
  readonly record: ObjectRecord<Spec>
  readonly version: number
}

/**
 * Objects by (tenant, kind, name). Every change is one transaction: the object, what hangs on it, and its audit row.
 * Listeners hear of it when it is durable.
 */
export class Catalogue {
  readonly records: RecordStore
  readonly #clock: Clock
  readonly #random: Random
  /** Made since this process started. */
  #changes = 0
  readonly #listeners: (() => void)[] = []

  constructor(records: RecordStore, clock: Clock, random: Random) {
    this.records = records
    this.#clock = clock
    this.#random = random
  }

  find<Spec>(tenant: string, kind: ObjectKind, name: string): Found<Spec> | null {
    const found = this.records.get<ObjectRecord<Spec>>(keys.object(tenant, kind, name))
    return found === null ? null : { record: found.value, version: found.version }
  }

  must<Spec>(tenant: string, kind: ObjectKind, name: string): Found<Spec> {
    const found = this.find<Spec>(tenant, kind, name)
    if (found !== null) return found
    throw errors.fail('MS-7002', {
      kind,
      name,
      near: near(
        name,
        this.all(kind, tenant).map((record) => record.name),
      ),
    })
  }

  byUid<Spec>(kind: ObjectKind, uid: string): Found<Spec> | null {
    for (const [, { value, version }] of this.records.list<ObjectRecord<Spec>>(keys.objects)) {
      if (value.kind === kind && value.uid === uid) return { record: value, version }
    }
    return null
  }

  /** By name; of one tenant, or of all. */
  all<Spec>(kind: ObjectKind, tenant: string | null = null): ObjectRecord<Spec>[] {
    return this.records
      .list<ObjectRecord<Spec>>(tenant === null ? keys.objects : `${keys.objects}${tenant}/${kind}/`)
      .map(([, record]) => record.value)
      .filter((record) => record.kind === kind)
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Checks rights, project and ETag of a change to come; answers what stands now. */
  check<Spec>(tenant: string, kind: ObjectKind, name: string, options: ChangeOptions): Found<Spec> | null {
    mustAllow(options.principal, 'define', { tenant, kind, name })
    const found = this.find<Spec>(tenant, kind, name)
    const current = found === null ? 'absent' : etagOf(found.record)
    if (options.ifMatch !== undefined && options.ifMatch !== current && !(options.ifMatch === '*' && found !== null)) {
      throw errors.fail('MS-7004', { kind, name, expected: options.ifMatch, current })
    }
    const owner = found?.record.project ?? null
    if (typeof options.project === 'string' && found !== null && owner !== options.project) {
      throw errors.fail('MS-7005', { kind, name, owner: owner === null ? 'no project' : `project ${owner}`, project: options.project })
    }
    return found
  }

  /** The record of an object's next revision. */
  next<Spec>(
    found: Found<Spec> | null,
    head: { tenant: string; kind: ObjectKind; name: string; definition: unknown; spec: Spec; uid?: string },
    options: ChangeOptions,
  ): ObjectRecord<Spec> {
    const now = this.#clock.nowMs()
    const before = found?.record
    return {
      uid: before?.uid ?? head.uid ?? this.newUid(head.kind),
      tenant: head.tenant,
      kind: head.kind,
      name: head.name,
      project: options.project === undefined ? (before?.project ?? null) : options.project,
      revision: (before?.revision ?? 0) + 1,
      definition: head.definition,
      createdAtMs: before?.createdAtMs ?? now,
      updatedAtMs: now,
      updatedBy: options.principal.name,
      applied:
        typeof options.project === 'string'
          ? { revision: (before?.revision ?? 0) + 1, definition: head.definition }
          : (before?.applied ?? null),
      spec: head.spec,
    }
  }

  newUid(kind: ObjectKind | 'job'): string {
    return newUid(this.#random, ({ stream: 's', pipeline: 'p', dataset: 'd', job: 'j' } as const)[kind])
  }

  put(record: ObjectRecord, version: number): RecordChange {
    return { key: keys.object(record.tenant, record.kind, record.name), expect: version, value: record }
  }

  remove({ record, version }: Found<unknown>): RecordChange {
    return { key: keys.object(record.tenant, record.kind, record.name), expect: version, value: null }
  }

  /** Commits the changes with an audit row of the object that they are about. */
  async commit(about: ObjectRecord, verb: string, principal: Principal, changes: readonly RecordChange[]): Promise<void> {
    const atMs = this.#clock.nowMs()
    const { tenant, kind, name, uid, revision } = about
    const audit: AuditRecord = { atMs, principal: principal.name, verb, tenant, kind, name, uid, revision }
    // Changes of one millisecond keep their order by the count.
    const count = String(this.#changes++).padStart(9, '0')
    const key = keys.audit(atMs, `${count}-${newUid(this.#random, 'p')}`)
    await this.records.commit([...changes, { key, expect: 0, value: audit }])
    this.records.forget(key)
    for (const listener of this.#listeners) listener()
  }
}
