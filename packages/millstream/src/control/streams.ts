import { errors } from '../base/errors.ts'
import { type Contract, type ContractColumn, physicalSchema } from '../data/contract.ts'
import { type LogicalType, sameType, typeText } from '../data/types.ts'
import { widens } from '../log/resolve.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import type { ObjectRecord, StreamSpec } from './records.ts'

export const descriptorOf = (record: ObjectRecord<StreamSpec>): StreamDescriptor => ({
  uid: record.uid,
  tenant: record.tenant,
  name: record.name,
  contract: record.spec.contract,
  partitions: record.spec.partitions,
})

export interface ContractChange {
  readonly contract: Contract
  /** A line each; empty: nothing changes. */
  readonly changes: readonly string[]
}

/**
 * The next version of a contract: columns keep their ids by name, new ones get new ids. `backward` (the default of
 * `contract.compatibility`): the new contract reads every row of the old one, so new columns may be null, and types stay.
 */
export function evolveContract(stream: string, before: Contract, wanted: Contract): ContractChange {
  const changes: string[] = []
  const wrong = (reason: string, advice: string) => errors.fail('MS-7010', { stream, reason, advice })
  const free = (wanted.options['contract.compatibility'] ?? 'backward') === 'none'
  const old = new Map(before.columns.map((column) => [column.name, column]))
  let nextId = 1 + Math.max(0, ...physicalSchema(before).fields.map((field) => field.id ?? 0))
  const columns = wanted.columns.map((column): ContractColumn => {
    const previous = old.get(column.name)
    old.delete(column.name)
    if (previous !== undefined && previous.kind !== column.kind) changes.push(`column ${column.name} becomes ${column.kind}`)
    if (column.kind !== 'physical') {
      if (previous === undefined) changes.push(`new ${column.kind} column ${column.name}`)
      else if (describe(previous) !== describe(column)) changes.push(`column ${column.name}: ${describe(previous)} -> ${describe(column)}`)
      return column
    }
    if (previous?.kind !== 'physical') {
      if (previous === undefined) changes.push(`new column ${column.name} ${typeText(column.type)}`)
      if (!column.type.nullable && !free) {
        throw wrong(`the new column ${column.name} is NOT NULL, and the rows that are there do not have it`, `Leave NOT NULL away.`)
      }
      return { ...column, id: nextId++ }
    }
    if (typeText(previous.type) !== typeText(column.type)) {
      if (!reads(previous.type, column.type)) {
        throw wrong(
          `${column.name} was ${typeText(previous.type)} and cannot become ${typeText(column.type)}`,
          'Add a column of the new type beside it, or make another stream and move the rows with a pipeline.',
        )
      }
      changes.push(`column ${column.name}: ${typeText(previous.type)} -> ${typeText(column.type)}`)
    } else if ((previous.comment ?? '') !== (column.comment ?? '')) changes.push(`comment of column ${column.name}`)
    return { ...column, id: previous.id }
  })
  for (const name of old.keys()) changes.push(`column ${name} is no longer read`)
  for (const part of ['watermark', 'primaryKey', 'distributedBy', 'comment'] as const) {
    if (JSON.stringify(before[part]) === JSON.stringify(wanted[part])) continue
    if (part === 'primaryKey' || part === 'distributedBy') {
      throw wrong(`its key cannot change: rows are placed by it`, 'Make another stream and move the rows with a pipeline.')
    }
    changes.push(`${part}: ${text(before[part])} -> ${text(wanted[part])}`)
  }
  if (wanted.buckets < before.buckets || (wanted.buckets !== before.buckets && before.distributedBy.length > 0)) {
    throw wrong(
      `it has ${before.buckets} buckets and cannot have ${wanted.buckets}`,
      before.distributedBy.length > 0 ? 'The number of partitions of a keyed stream is fixed.' : 'Partitions can be added, not removed.',
    )
  }
  if (wanted.buckets !== before.buckets) changes.push(`buckets: ${before.buckets} -> ${wanted.buckets}`)
  for (const option of new Set([...Object.keys(before.options), ...Object.keys(wanted.options)])) {
    const [was, is] = [before.options[option], wanted.options[option]]
    if (was !== is) changes.push(`option ${option}: ${was ?? '(unset)'} -> ${is ?? '(unset)'}`)
  }
  return { contract: changes.length === 0 ? before : { ...wanted, columns, version: before.version + 1 }, changes }
}

const text = (value: unknown): string => (value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value))

function describe(column: ContractColumn): string {
  if (column.kind === 'computed') return `AS ${column.expression}`
  return column.kind === 'physical' ? typeText(column.type) : `${typeText(column.type)} METADATA FROM '${column.key}'`
}

function reads(from: LogicalType, to: LogicalType): boolean {
  if (from.nullable && !to.nullable) return false
  return sameType(from, to) || widens(from, to)
}
