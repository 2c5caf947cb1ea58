import { limits } from '../base/limits.ts'
import { streamOptions } from '../config/stream-options.ts'
import { physicalSchema } from '../data/contract.ts'
import { kafkaPartition, murmur2 } from '../data/murmur2.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import type { Sender } from './producer-mark.ts'
import { type EventScanner, scannerOf } from './scanner.ts'

/** The time column that must not be far ahead. */
export interface FutureBound {
  readonly position: number
  readonly column: string
  /** Units of the stored number in a millisecond: 1 or 1000. */
  readonly perMs: number
  readonly maxFutureMs: number
  /** As the contract says it. */
  readonly text: string
}

/** What the edge keeps ready for one version of a stream's contract. */
export interface StreamEdge {
  readonly stream: StreamDescriptor
  readonly scan: EventScanner
  /** The partitions that the gateway writes. */
  readonly partitions: readonly number[]
  /** Positions of the columns that choose the partition; empty: sticky. */
  readonly key: readonly number[]
  readonly future: FutureBound | null
  /** Keyless rows that went to the place that is being filled. */
  stickyRows: number
  stickyPlace: number
}

const encoder = new TextEncoder()

/** One for each descriptor: the catalogue makes a new descriptor when anything in it changes. */
export class StreamEdges {
  readonly #edges = new WeakMap<StreamDescriptor, StreamEdge>()

  of(stream: StreamDescriptor): StreamEdge {
    let edge = this.#edges.get(stream)
    if (edge === undefined) {
      edge = edgeOf(stream)
      this.#edges.set(stream, edge)
    }
    return edge
  }
}

function edgeOf(stream: StreamDescriptor): StreamEdge {
  const schema = physicalSchema(stream.contract)
  return {
    stream,
    scan: scannerOf(stream.contract),
    partitions: stream.partitions.flatMap(({ partition, owner }) => (owner === 'gateway' ? [partition] : [])),
    key: (stream.contract.primaryKey.length > 0 ? stream.contract.primaryKey : stream.contract.distributedBy).map((name) =>
      schema.position(name),
    ),
    future: futureOf(stream),
    stickyRows: 0,
    stickyPlace: 0,
  }
}

function futureOf(stream: StreamDescriptor): FutureBound | null {
  const text = stream.contract.options['event-time.max-future']
  const maxFutureMs = streamOptions.parse(stream.contract.options)['event-time.max-future']
  const column = stream.contract.watermark?.column
  if (text === undefined || column === undefined || maxFutureMs === null) return null
  const schema = physicalSchema(stream.contract)
  const position = schema.position(column)
  const type = schema.fields[position]?.type
  if (type === undefined || (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ')) return null
  return { position, column, perMs: type.precision <= 3 || type.precision > 6 ? 1 : 1000, maxFutureMs, text }
}

/**
 * The place of rows that no key places. A sender's rows always have the same one, so that its retries meet the
 * partition that remembers them; others fill one place after the other.
 */
export function keylessPlace(edge: StreamEdge, sender: Sender | null, rows: number): number {
  const places = edge.partitions.length
  if (sender !== null) return kafkaPartition(murmur2(encoder.encode(sender.kind === 'key' ? sender.keyHash : sender.producer)), places)
  if (edge.stickyRows >= limits.stickyRows) {
    edge.stickyRows = 0
    edge.stickyPlace = (edge.stickyPlace + 1) % places
  }
  edge.stickyRows += rows
  return edge.stickyPlace
}
