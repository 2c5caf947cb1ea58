import { unreachable } from '../../base/assert.ts'
import type { BytesColumn, Column } from '../../data/column.ts'

/** A column as the values that the Parquet writer takes: int64 and decimals as bigint, rows as objects, maps as pairs. */
export function parquetValues(column: Column): unknown[] {
  const read = reader(column)
  const { validity } = column
  const values = new Array<unknown>(column.length)
  for (let row = 0; row < column.length; row++) {
    const present = validity === null || ((validity[row >> 3] as number) & (1 << (row & 7))) !== 0
    values[row] = present ? read(row) : null
  }
  return values
}

function reader(column: Column): (row: number) => unknown {
  switch (column.layout) {
    case 'empty':
      return () => null
    case 'bool': {
      const { values } = column
      return (row) => values[row] === 1
    }
    case 'int8':
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64': {
      const { values } = column
      return (row) => values[row]
    }
    case 'safe': {
      const { values } = column
      return (row) => BigInt(values[row] as number)
    }
    case 'wide': {
      const { values } = column
      return (row) => values[row]
    }
    case 'decimal128': {
      const { words } = column
      return (row) => ((words[2 * row + 1] as bigint) << 64n) | BigInt.asUintN(64, words[2 * row] as bigint)
    }
    case 'nanos': {
      const { millis, nanos } = column
      return (row) => BigInt(millis[row] as number) * 1_000_000n + BigInt(nanos[row] as number)
    }
    case 'bytes':
      return bytesReader(column)
    case 'dictionary': {
      const entries = parquetValues(column.dictionary)
      const { ids } = column
      return (row) => entries[ids[row] as number]
    }
    case 'list': {
      const items = parquetValues(column.child)
      const { offsets } = column
      return (row) => items.slice(offsets[row], offsets[row + 1])
    }
    case 'map': {
      const keys = parquetValues(column.keys)
      const items = parquetValues(column.values)
      const { offsets } = column
      return (row) => {
        const start = offsets[row] as number
        return keys.slice(start, offsets[row + 1]).map((key, i) => ({ key, value: items[start + i] }))
      }
    }
    case 'row': {
      const children = column.children.map((child) => parquetValues(child))
      const names = column.type.kind === 'ROW' ? column.type.fields.map((field) => field.name) : []
      return (row) => {
        const object: Record<string, unknown> = Object.create(null)
        names.forEach((name, i) => {
          object[name] = children[i]?.[row]
        })
        return object
      }
    }
    default:
      return unreachable(column)
  }
}

function bytesReader(column: BytesColumn): (row: number) => unknown {
  const { bytes, offsets, type } = column
  const isText = type.kind === 'CHAR' || type.kind === 'VARCHAR'
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return (row) => {
    const slice = bytes.subarray(offsets[row], offsets[row + 1])
    return isText ? decoder.decode(slice) : slice.slice()
  }
}
