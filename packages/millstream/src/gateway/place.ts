import { assert } from '../base/assert.ts'
import type { Batch } from '../data/batch.ts'
import type { BytesColumn, Column } from '../data/column.ts'
import { kafkaPartition, murmur2 } from '../data/murmur2.ts'
import { type Value, valueAt } from '../data/value.ts'

const encoder = new TextEncoder()

/**
 * For each row the place (an index into the stream's gateway partitions) that Kafka's default partitioner gives its key.
 * The key's bytes are those of Flink's `raw` format for one column, else its `json` object. A null key goes to `keyless`.
 */
export function placesByKey(batch: Batch, key: readonly number[], partitions: number, keyless: number): Int32Array {
  const columns = key.map((position) => batch.columns[position] as Column)
  const [only] = columns
  assert(only !== undefined, 'a distributed stream has a key')
  const places = new Int32Array(batch.rowCount)
  if (columns.length === 1 && only.layout === 'bytes') {
    bytesPlaces(only, batch.rowCount, partitions, places)
    nullsTo(only, keyless, places)
  } else if (columns.length === 1 && only.layout === 'dictionary') {
    const entries = new Int32Array(only.dictionary.length)
    bytesPlaces(only.dictionary, entries.length, partitions, entries)
    for (let row = 0; row < places.length; row++) places[row] = entries[only.ids[row] as number] as number
    nullsTo(only, keyless, places)
  } else {
    const names = key.map((position) => JSON.stringify(batch.schema.fields[position]?.name))
    for (let row = 0; row < places.length; row++) {
      const values = columns.map((column) => valueAt(column, row))
      const bytes = values.every((value) => value === null)
        ? null
        : columns.length === 1
          ? rawKey(only, values[0] as Value)
          : encoder.encode(`{${values.map((value, at) => `${names[at]}:${jsonKey(value)}`).join(',')}}`)
      places[row] = bytes === null ? keyless : kafkaPartition(murmur2(bytes), partitions)
    }
  }
  return places
}

function bytesPlaces(column: BytesColumn, rows: number, partitions: number, places: Int32Array): void {
  const { bytes, offsets } = column
  for (let row = 0; row < rows; row++) {
    places[row] = kafkaPartition(murmur2(bytes, offsets[row] as number, offsets[row + 1] as number), partitions)
  }
}

function nullsTo(column: Column, keyless: number, places: Int32Array): void {
  const { validity } = column
  if (validity === null) return
  for (let row = 0; row < places.length; row++) if (((validity[row >> 3] as number) & (1 << (row & 7))) === 0) places[row] = keyless
}

/** Flink's raw format: big-endian numbers, UTF-8 text. Kinds that it does not have go as text. */
function rawKey(column: Column, value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 0)
  const view = new DataView(new ArrayBuffer(8))
  switch (column.type.kind) {
    case 'TINYINT':
      view.setInt8(0, value as number)
      return new Uint8Array(view.buffer, 0, 1)
    case 'SMALLINT':
      view.setInt16(0, value as number)
      return new Uint8Array(view.buffer, 0, 2)
    case 'INT':
      view.setInt32(0, value as number)
      return new Uint8Array(view.buffer, 0, 4)
    case 'BIGINT':
      view.setBigInt64(0, value as bigint)
      return new Uint8Array(view.buffer)
    case 'FLOAT':
      view.setFloat32(0, value as number)
      return new Uint8Array(view.buffer, 0, 4)
    case 'DOUBLE':
      view.setFloat64(0, value as number)
      return new Uint8Array(view.buffer)
    default:
      return encoder.encode(typeof value === 'string' ? value : jsonKey(value))
  }
}

function jsonKey(value: Value): string {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'))
  if (Array.isArray(value)) return `[${value.map(jsonKey).join(',')}]`
  return JSON.stringify(value)
}
