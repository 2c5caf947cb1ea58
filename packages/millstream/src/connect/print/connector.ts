import { type Batch, rowKindText } from '../../data/batch.ts'
import type { Value } from '../../data/value.ts'
import type { Connector } from '../../flow/connector.ts'
import { printOptions } from './options.ts'

/** Prints rows in Flink's form once they are committed. `print` takes one line. */
export function printConnector(print: (line: string) => void): Connector {
  return {
    descriptor: {
      name: 'print',
      source: false,
      sink: true,
      metadata: {},
      options: printOptions.names,
      requiredOptions: [],
      takesChanges: true,
    },
    sink({ table }) {
      const prefix = table.options['print-identifier']
      let open: string[] = []
      const waiting = new Map<number, string[]>()
      return {
        async write(batch) {
          open.push(...linesOf(batch).map((line) => (prefix === undefined ? line : `${prefix}> ${line}`)))
        },
        async prepare(epoch) {
          waiting.set(epoch, open)
          open = []
          return null
        },
        async commit(epoch) {
          for (const line of waiting.get(epoch) ?? []) print(line)
          waiting.delete(epoch)
        },
        async abort() {},
        async close() {},
      }
    },
  }
}

function linesOf(batch: Batch): string[] {
  return batch.rows().map((row, at) => `${rowKindText[batch.kinds?.[at] ?? 0] ?? '+I'}[${row.map(valueText).join(', ')}]`)
}

function valueText(value: Value): string {
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return `[${value.join(', ')}]`
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  return String(value)
}
