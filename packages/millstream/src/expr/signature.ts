import {
  isApproximate,
  isBytes,
  isInteger,
  isNumeric,
  isString,
  isTimestamp,
  type LogicalType,
  types,
  withNullable,
} from '../data/types.ts'
import type { Emit } from './compile/emit.ts'
import type { CallShape, Env, Resolution, ResolveCall, Run, ScalarFunction } from './function.ts'

/** One parameter: the type an argument is cast to, or null when it does not fit. */
export interface Parameter {
  readonly text: string
  accept(type: LogicalType): LogicalType | null
}

const parameter = (text: string, fits: (type: LogicalType) => boolean, untyped: LogicalType, wanted?: LogicalType): Parameter => ({
  text: `<${text}>`,
  accept: (type) =>
    type.kind === 'NULL' ? untyped : fits(type) ? (wanted === undefined ? type : withNullable(wanted, type.nullable)) : null,
})
const isNull = (type: LogicalType): boolean => type.kind === 'NULL'

/** A type as it comes: `string` keeps CHAR(3), `integer` keeps TINYINT; those that name one type cast to it. */
export const take = {
  any: parameter('ANY', () => true, types.null()),
  string: parameter('STRING', isString, types.string()),
  stringOrBytes: parameter('STRING or BYTES', (type) => isString(type) || isBytes(type), types.string()),
  bytes: parameter('BYTES', isBytes, types.bytes()),
  boolean: parameter('BOOLEAN', (type) => type.kind === 'BOOLEAN', types.boolean()),
  numeric: parameter('NUMERIC', isNumeric, types.int()),
  integer: parameter('INTEGER', isInteger, types.int()),
  int: parameter('INT', isInteger, types.int(), types.int()),
  bigint: parameter('BIGINT', isInteger, types.bigint(), types.bigint()),
  double: parameter('NUMERIC', isNumeric, types.double(), types.double()),
  exact: parameter('EXACT NUMERIC', (type) => isInteger(type) || type.kind === 'DECIMAL', types.int()),
  approximate: parameter('APPROXIMATE NUMERIC', isApproximate, types.double()),
  date: parameter('DATE', (type) => type.kind === 'DATE', types.date()),
  time: parameter('TIME', (type) => type.kind === 'TIME', types.time()),
  timestamp: parameter('TIMESTAMP', isTimestamp, types.timestamp(3)),
  datetime: parameter(
    'DATE, TIME or TIMESTAMP',
    (type) => type.kind === 'DATE' || type.kind === 'TIME' || isTimestamp(type),
    types.timestamp(3),
  ),
  interval: parameter(
    'INTERVAL',
    (type) => type.kind === 'INTERVAL_DAY_TIME' || type.kind === 'INTERVAL_YEAR_MONTH',
    types.intervalDayTime(),
  ),
  array: parameter('ARRAY', (type) => type.kind === 'ARRAY', types.array(types.null())),
  map: parameter('MAP', (type) => type.kind === 'MAP', types.map(types.null(), types.null())),
  row: parameter('ROW', (type) => type.kind === 'ROW', types.row([])),
} as const

/** When the result may be null: if any argument may, if the first may, if all may, always, never. */
export type ResultNull = 'any' | 'first' | 'all' | 'always' | 'never'

export interface Definition {
  readonly names: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly optional?: readonly Parameter[]
  readonly rest?: Parameter
  /** Checks what single parameters cannot: null refuses. Answers the casts. */
  readonly together?: (args: readonly LogicalType[], call: ResolveCall) => readonly LogicalType[] | null
  readonly result: LogicalType | ((args: readonly LogicalType[], call: ResolveCall) => LogicalType | null)
  readonly nullable?: ResultNull
  readonly nulls?: ScalarFunction['nulls']
  readonly deterministic?: boolean
  readonly readsEnv?: boolean
  readonly signatures?: readonly string[]
  readonly run?: Run
  readonly bind?: (shape: CallShape, env: Env) => Run
  readonly emit?: Emit
}

/** A function's record from its definition. */
export function scalar(definition: Definition): ScalarFunction {
  const { parameters = [], optional = [], rest, nullable = 'any', run, bind } = definition
  const bound = bind ?? (() => run as Run)
  return {
    names: definition.names,
    signatures: definition.signatures ?? [textOf(definition)],
    nulls: definition.nulls ?? 'strict',
    deterministic: definition.deterministic ?? true,
    readsEnv: definition.readsEnv ?? false,
    resolve(args, call): Resolution | null {
      if (args.length < parameters.length) return null
      if (rest === undefined && args.length > parameters.length + optional.length) return null
      const accepted: LogicalType[] = []
      for (let position = 0; position < args.length; position++) {
        const wanted = parameters[position] ?? optional[position - parameters.length] ?? (rest as Parameter)
        const type = wanted.accept(args[position] as LogicalType)
        if (type === null) return null
        accepted.push(type)
      }
      const casts = definition.together === undefined ? accepted : definition.together(accepted, call)
      if (casts === null) return null
      const result = typeof definition.result === 'function' ? definition.result(casts, call) : definition.result
      if (result === null) return null
      return { casts, type: withNullable(result, resultNull(nullable, casts)) }
    },
    bind: bound,
    ...(definition.emit === undefined ? {} : { emit: definition.emit }),
  }
}

function resultNull(rule: ResultNull, args: readonly LogicalType[]): boolean {
  if (rule === 'always' || rule === 'never') return rule === 'always'
  const nullable = (type: LogicalType): boolean => type.nullable || isNull(type)
  if (rule === 'first') return args[0] !== undefined && nullable(args[0])
  return rule === 'any' ? args.some(nullable) : args.every(nullable)
}

function textOf({ names, parameters = [], optional = [], rest }: Definition): string {
  const texts = [...parameters.map((one) => one.text), ...optional.map((one) => `[${one.text}]`)]
  if (rest !== undefined) texts.push(`${rest.text}...`)
  return `${names[0]}(${texts.join(', ')})`
}
