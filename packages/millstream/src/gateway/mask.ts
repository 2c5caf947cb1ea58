import { Batch } from '../data/batch.ts'
import { constantColumn } from '../data/builder.ts'
import { physicalSchema } from '../data/contract.ts'
import { isString } from '../data/types.ts'
import { lateStreamName } from '../model/dead-letters.ts'
import type { StreamCatalogue, StreamDescriptor } from '../model/streams.ts'

const shown = '***'

type Streams = Pick<StreamCatalogue, 'byName'>

/** The columns that are not shown: `contract.mask`; of the system stream of a stream that masks one, the rows that it keeps as text. */
export function maskedColumns(stream: StreamDescriptor, streams: Streams): readonly string[] {
  const suffix = lateStreamName('')
  if (!stream.name.endsWith(suffix)) return ownMask(stream)
  const source = streams.byName(stream.tenant, stream.name.slice(0, -suffix.length))
  return source !== null && ownMask(source).length > 0 ? ['row'] : []
}

function ownMask(stream: StreamDescriptor): readonly string[] {
  const option = stream.contract.options['contract.mask']
  return option === undefined ? [] : option.split(/[,;\s]+/).filter((name) => name !== '')
}

/** Batches as they may be shown; the same batch when nothing is masked. */
export function batchMask(stream: StreamDescriptor, streams: Streams): (batch: Batch) => Batch {
  const schema = physicalSchema(stream.contract)
  const positions = new Set(maskedColumns(stream, streams).map((name) => schema.position(name)))
  if (positions.size === 0) return (batch) => batch
  return (batch) =>
    new Batch(
      batch.schema,
      batch.rowCount,
      batch.columns.map((column, position) =>
        positions.has(position) ? constantColumn(column.type, isString(column.type) ? shown : null, batch.rowCount) : column,
      ),
      batch.kinds,
    )
}

export interface Shown {
  readonly body: string
  readonly reason: string
}

/** A dead letter as it may be shown. What cannot be taken apart is not shown at all where a column is masked. */
export function letterMask(stream: StreamDescriptor): (body: string, reason: string) => Shown {
  const masked = ownMask(stream)
  if (masked.length === 0) return (body, reason) => ({ body, reason })
  const hide = (name: string, value: unknown): unknown => (masked.includes(name) && value !== null ? shown : value)
  return (body, reason) => ({
    body: maskedJson(body, hide),
    reason: masked.some((name) => reason.includes(name)) ? 'a masked column could not be read' : reason,
  })
}

function maskedJson(body: string, hide: (name: string, value: unknown) => unknown): string {
  try {
    const row: unknown = JSON.parse(body)
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return JSON.stringify(row, hide)
  } catch {
    // Not JSON: nobody knows where the masked column stands in it.
  }
  return '(not shown: a column of this stream is masked, and the row cannot be taken apart)'
}
