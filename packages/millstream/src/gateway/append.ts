import { errors } from '../base/errors.ts'
import type { Batch } from '../data/batch.ts'
import type { Appended, ProducerMark, RejectedRow } from '../log/log.ts'
import type { GatewayHost } from './host.ts'
import { placesByKey } from './place.ts'
import type { Sender } from './producer-mark.ts'
import { keylessPlace, type StreamEdge } from './stream-edge.ts'

/** The rows of one request, ready for the log. */
export interface Rows {
  readonly batch: Batch
  readonly rejected: readonly RejectedRow[]
  /** Rows of `batch` that are refused all the same (ascending), and what is kept of each. */
  readonly refused: { readonly rows: Int32Array; readonly letters: readonly RejectedRow[] } | null
}

/** Where the accepted rows of a slice stand. */
export interface Placed {
  readonly partition: number
  readonly appended: Appended
}

interface Slice {
  readonly place: number
  readonly batch: Batch
  readonly rejected: readonly RejectedRow[]
}

/**
 * Appends a request. A stream without a key takes it whole; else each partition gets its slice under the same mark. What
 * has no key (and what cannot be read) goes to the sender's home partition, so that a retry meets who remembers it.
 */
export async function appendRows(
  host: GatewayHost,
  edge: StreamEdge,
  sender: Sender | null,
  mark: ProducerMark | null,
  rows: Rows,
): Promise<Placed[]> {
  const home = keylessPlace(edge, sender, rows.batch.rowCount)
  const append = async ({ place, batch, rejected }: Slice): Promise<Placed> => {
    const partition = edge.partitions[place] as number
    const writer = host.writer(edge.stream.uid, partition)
    if (writer === null) {
      throw errors.fail('MS-4019', { stream: edge.stream.name, reason: `partition ${partition} is being opened` })
    }
    const contractVersion = edge.stream.contract.version
    const receivedAtMs = host.ports.clock.nowMs()
    return { partition, appended: await writer.append({ batch, contractVersion, rejected, producer: mark, receivedAtMs }) }
  }
  const slices = edge.key.length === 0 ? [whole(home, rows)] : byKey(edge, home, rows)
  if (slices.length === 1) return [await append(slices[0] as Slice)]
  const placed: Placed[] = []
  let rest = slices
  if (mark?.kind === 'key') {
    // Whether the key came before with another body is known where its home is: nothing is written before that is settled.
    const homeSlice = slices.find((slice) => slice.place === home) ?? {
      place: home,
      batch: rows.batch.take(new Int32Array(0)),
      rejected: [],
    }
    placed.push(await append(homeSlice))
    rest = slices.filter((slice) => slice !== homeSlice)
  }
  const settled = await Promise.allSettled(rest.map(append))
  for (const result of settled) {
    if (result.status === 'rejected') throw result.reason
    placed.push(result.value)
  }
  return placed
}

function whole(place: number, { batch, rejected, refused }: Rows): Slice {
  if (refused === null) return { place, batch, rejected }
  return { place, batch: batch.take(without(batch.rowCount, refused.rows)), rejected: [...rejected, ...refused.letters] }
}

function byKey(edge: StreamEdge, home: number, { batch, rejected, refused }: Rows): Slice[] {
  const places = placesByKey(batch, edge.key, edge.partitions.length, home)
  const letters = new Map<number, RejectedRow[]>()
  if (rejected.length > 0) letters.set(home, [...rejected])
  refused?.rows.forEach((row, index) => {
    const place = places[row] as number
    const letter = refused.letters[index] as RejectedRow
    const list = letters.get(place)
    if (list === undefined) letters.set(place, [letter])
    else list.push(letter)
    places[row] = -1
  })
  const counts = new Int32Array(edge.partitions.length)
  for (let row = 0; row < places.length; row++) {
    const place = places[row] as number
    if (place >= 0) counts[place] = (counts[place] as number) + 1
  }
  const slices: Slice[] = []
  for (let place = 0; place < counts.length; place++) {
    const count = counts[place] as number
    const refusedHere = letters.get(place) ?? []
    if (count === 0 && refusedHere.length === 0) continue
    slices.push({ place, batch: count === batch.rowCount ? batch : batch.take(rowsAt(places, place, count)), rejected: refusedHere })
  }
  // A body with nothing in it but the mark is still remembered.
  return slices.length > 0 ? slices : [{ place: home, batch, rejected: [] }]
}

function rowsAt(places: Int32Array, place: number, count: number): Int32Array {
  const rows = new Int32Array(count)
  let at = 0
  for (let row = 0; row < places.length; row++) if (places[row] === place) rows[at++] = row
  return rows
}

/** 0 .. count without `rows`, which are ascending. */
function without(count: number, rows: Int32Array): Int32Array {
  const kept = new Int32Array(count - rows.length)
  let next = 0
  let at = 0
  for (let row = 0; row < count; row++) {
    if (row === rows[next]) next++
    else kept[at++] = row
  }
  return kept
}
