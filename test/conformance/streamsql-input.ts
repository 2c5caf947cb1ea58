import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Batch } from '../../packages/millstream/src/data/batch.ts'
import type { LogicalType } from '../../packages/millstream/src/data/types.ts'
import type { Value } from '../../packages/millstream/src/data/value.ts'
import { parseDecimal, rescale } from '../../packages/millstream/src/expr/text/decimal.ts'
import { parseDate, parseTime, parseTimestamp } from '../../packages/millstream/src/expr/text/time-text.ts'
import type { Connector, Source, SourceRequest } from '../../packages/millstream/src/flow/connector.ts'

/** A number keeps its text, so that no digit is lost. */
class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, value, context?: { source: string }) =>
    typeof value === 'number' && context !== undefined ? new NumberText(context.source) : value,
  )
}

/**
 * Files of the vectors as tables: read whole by JSON.parse, slowly and simply, so that the suite judges the engine and
 * not the readers (which have tests of their own).
 */
export function vectorFiles(pathOf: (path: string) => string): Connector {
  const descriptor = {
    name: 'filesystem',
    source: true,
    sink: true,
    metadata: {},
    options: ['path', 'format', 'json.*', 'source.*', 'sink.*', 'csv.*'],
    requiredOptions: [],
  }
  return { descriptor, source: (request) => fileSource(request, pathOf(request.table.options['path'] ?? '')) }
}

function fileSource(request: SourceRequest, path: string): Source {
  const format = request.table.options['format']
  if (format !== 'json') throw new Error(`the format ${format} is not there yet`)
  return {
    bounded: true,
    splits: async () => ['file'],
    async open() {
      const bytes = readFileSync(path)
      const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes)
        .toString()
        .split('\n')
        .filter((line) => line !== '')
      let at = 0
      return {
        async read(rowsMax) {
          if (at >= lines.length) return 'end'
          const part = lines.slice(at, at + rowsMax)
          at += part.length
          const rows = part.map((line) => {
            const object = parseExact(line) as Record<string, unknown>
            return request.schema.fields.map(({ type }, i) => valueOfJson(type, object[request.columns[i] ?? '']))
          })
          return Batch.of(request.schema, rows)
        },
        ready: async () => {},
        position: () => at,
        close: async () => {},
      }
    },
    async close() {},
  }
}

/** A JSON value as a value of the type. */
export function valueOfJson(type: LogicalType, json: unknown): Value {
  if (json === null || json === undefined) return null
  const text = json instanceof NumberText ? json.text : String(json)
  switch (type.kind) {
    case 'BOOLEAN':
      return text === 'true'
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'FLOAT':
    case 'DOUBLE':
      return Number(text)
    case 'BIGINT':
      return BigInt(text)
    case 'DECIMAL': {
      const parsed = parseDecimal(text)
      return parsed === null ? null : rescale(parsed.unscaled, parsed.scale, type.scale)
    }
    case 'DATE':
      return parseDate(text)
    case 'TIME':
      return parseTime(text)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return parseTimestamp(text.replace('T', ' ').replace('Z', ''))
    case 'ARRAY':
      return (json as unknown[]).map((each) => valueOfJson(type.element, each))
    case 'MAP':
      return Object.entries(json as object).map(([key, each]): Value => [valueOfJson(type.key, key), valueOfJson(type.value, each)])
    case 'ROW':
      return type.fields.map((field) => valueOfJson(field.type, (json as Record<string, unknown>)[field.name]))
    case 'BINARY':
    case 'VARBINARY':
      return new Uint8Array(Buffer.from(text, 'base64'))
    default:
      return text
  }
}
