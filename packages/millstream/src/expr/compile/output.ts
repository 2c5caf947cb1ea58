import { columnOf } from '../../data/builder.ts'
import type { LogicalType } from '../../data/types.ts'
import { laneOf } from './emit.ts'
import type { ExpressionWriter, Fragment } from './expression-writer.ts'
import { int64Column, TextWriter } from './runtime.ts'

/** How a kernel keeps its results: code before the loop, in it, and after. */
export interface Output {
  readonly before: string
  store(result: Fragment): string
  readonly after: string
}

const arrays: Readonly<Record<string, readonly [layout: string, array: string]>> = {
  TINYINT: ['int8', 'Int8Array'],
  SMALLINT: ['int16', 'Int16Array'],
  FLOAT: ['float32', 'Float32Array'],
  DOUBLE: ['float64', 'Float64Array'],
}

export function outputOf(type: LogicalType, wide: boolean, writer: ExpressionWriter): Output {
  const typeName = writer.constant(type)
  const lane = laneOf(type)
  const validity = 'nulls === 0 ? null : valid'
  const column = (fields: string): string => `return { type: ${typeName}, length: count, validity: ${validity}, ${fields} };`
  if (lane === 'string') {
    const made = writer.constant(TextWriter)
    return {
      before: `const out = new ${made}(count); ${nullsBefore}`,
      store: (result) => guarded(result, (value) => `out.write(${value});`, 'out.skip();'),
      after: `return out.finish(${typeName}, count, ${validity});`,
    }
  }
  if (lane === 'value') {
    const make = writer.constant(columnOf)
    return {
      before: 'const out = new Array(count).fill(null);',
      store: ({ isNull, value }) => (isNull === null ? `out[j] = ${value};` : `if (!${isNull}) out[j] = ${value};`),
      after: `return ${make}(${typeName}, out);`,
    }
  }
  if (lane === 'i64' && wide) {
    const make = writer.constant(int64Column)
    return {
      before: `const out = new BigInt64Array(count); ${nullsBefore}`,
      store: (result) => guarded(result, (value) => `out[j] = ${value};`, ''),
      after: `return ${make}(${typeName}, out, count, ${validity});`,
    }
  }
  const [layout, array] =
    lane === 'bool' ? ['bool', 'Uint8Array'] : lane === 'i64' ? ['safe', 'Float64Array'] : (arrays[type.kind] ?? ['int32', 'Int32Array'])
  return {
    before: `const out = new ${array}(count); ${nullsBefore}`,
    store: (result) => guarded(result, (value) => `out[j] = ${lane === 'bool' ? `${value} ? 1 : 0` : value};`, ''),
    after: column(`layout: '${layout}', values: out`),
  }
}

/** The bitmap is made at the first null, so that a batch without nulls pays a compare a row. */
const nullsBefore = 'let nulls = 0; let valid = null;'

function guarded({ isNull, value }: Fragment, store: (value: string) => string, skip: string): string {
  if (isNull === null) return store(value)
  const mark = 'if (valid === null) valid = new Uint8Array((count + 7) >> 3).fill(255); valid[j >> 3] &= ~(1 << (j & 7)); nulls++;'
  return `if (${isNull}) { ${mark} ${skip} } else { ${store(value)} }`
}
