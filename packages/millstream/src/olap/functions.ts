import type { DataType, Scalar } from '../model/dataset-query.ts'
import { constant, type FunctionPrinter, type Printer, storeTypes } from './printer.ts'
import { timeFunctions } from './time-functions.ts'

const each =
  (name: string): FunctionPrinter =>
  (args, printer) =>
    `${name}(${args.map(printer.scalar).join(', ')})`
const infix =
  (operator: string): FunctionPrinter =>
  (args, printer) =>
    `(${args.map(printer.scalar).join(` ${operator} `)})`
const shape =
  (form: (...args: string[]) => string): FunctionPrinter =>
  (args, printer) =>
    form(...args.map(printer.scalar))

/** UTF-16 code units, as Java counts them: characters beyond the first plane count twice. */
const length16 = (text: string): string =>
  `CASE WHEN strlen(${text}) = length(${text}) THEN length(${text}) ELSE length(${text}) + length(regexp_replace(${text}, '[^\\x{10000}-\\x{10FFFF}]', '', 'g')) END`

function castText(from: Scalar, to: DataType, printer: Printer): string {
  const text = printer.scalar(from)
  const target = storeTypes[to]
  if (from.type === to) return text
  if (to === 'STRING') {
    if (from.type === 'BOOLEAN') return `CASE WHEN ${text} THEN 'true' WHEN NOT ${text} THEN 'false' END`
    if (from.type === 'TIMESTAMP' || from.type === 'DATE')
      return `strftime(make_timestamp(${text} * 1000), '${from.type === 'DATE' ? '%Y-%m-%d' : '%Y-%m-%d %H:%M:%S.%g'}')`
    return `CAST(${text} AS VARCHAR)`
  }
  if (from.type === 'STRING') {
    // Druid reads what is a number as one and all else as null; '1.5' as a long is 1.
    if (to === 'LONG') return `CAST(trunc(TRY_CAST(${text} AS DECIMAL(38, 6))) AS BIGINT)`
    if (to === 'TIMESTAMP') return `epoch_ms(TRY_CAST(${text} AS TIMESTAMP))`
    if (to === 'DATE') return `epoch_ms(CAST(TRY_CAST(${text} AS DATE) AS TIMESTAMP))`
    return `TRY_CAST(${text} AS ${target})`
  }
  if (to === 'LONG' && (from.type === 'DOUBLE' || from.type === 'FLOAT')) return `CAST(trunc(${text}) AS BIGINT)`
  if (to === 'BOOLEAN') return `(${text} <> 0)`
  if (to === 'DATE') return `(floor(${text} / 86400000.0)::BIGINT * 86400000)`
  return `CAST(${text} AS ${target})`
}

export const functionPrinters: Readonly<Record<string, FunctionPrinter>> = {
  ...timeFunctions,
  and: infix('AND'),
  or: infix('OR'),
  not: shape((a) => `(NOT ${a})`),
  eq: infix('='),
  ne: infix('<>'),
  lt: infix('<'),
  le: infix('<='),
  gt: infix('>'),
  ge: infix('>='),
  is_distinct_from: infix('IS DISTINCT FROM'),
  is_not_distinct_from: infix('IS NOT DISTINCT FROM'),
  is_null: shape((a) => `(${a} IS NULL)`),
  is_not_null: shape((a) => `(${a} IS NOT NULL)`),
  is_true: shape((a) => `(${a} IS TRUE)`),
  is_false: shape((a) => `(${a} IS FALSE)`),
  in: (args, printer) => {
    const [value, ...items] = args.map(printer.scalar)
    return items.length === 0 ? `(${value} IS NULL AND NULL)` : `(${value} IN (${items.join(', ')}))`
  },
  case: (args, printer, type) => {
    let text = 'CASE'
    for (let at = 0; at + 1 < args.length; at += 2)
      text += ` WHEN ${printer.scalar(args[at] as Scalar)} THEN ${printer.scalar(args[at + 1] as Scalar)}`
    const otherwise = args.length % 2 === 1 ? printer.scalar(args.at(-1) as Scalar) : 'NULL'
    return `CAST(${text} ELSE ${otherwise} END AS ${storeTypes[type]})`
  },
  coalesce: each('coalesce'),
  nullif: each('nullif'),
  cast: (args, printer, type) => castText(args[0] as Scalar, type, printer),
  greatest: each('greatest'),
  least: each('least'),

  add: infix('+'),
  subtract: infix('-'),
  multiply: infix('*'),
  negate: shape((a) => `(- ${a})`),
  /** Integers towards zero; by zero null, as the store has it. */
  divide_long: shape((a, b) => `(${a} // ${b})`),
  divide: shape((a, b) => `(CAST(${a} AS DOUBLE) / ${b})`),
  /** Druid's arithmetic post-aggregation: by zero is 0. */
  divide_or_zero: shape((a, b) => `CASE WHEN ${b} = 0 THEN 0.0 ELSE CAST(${a} AS DOUBLE) / ${b} END`),
  modulo: infix('%'),
  abs: each('abs'),
  ceil: each('ceil'),
  floor: each('floor'),
  trunc: each('trunc'),
  round: each('round'),
  sqrt: shape((a) => `CASE WHEN ${a} < 0 THEN 'NaN'::DOUBLE ELSE sqrt(${a}) END`),
  cbrt: each('cbrt'),
  pow: each('pow'),
  exp: each('exp'),
  ln: shape((a) => `CASE WHEN ${a} > 0 THEN ln(${a}) END`),
  log10: shape((a) => `CASE WHEN ${a} > 0 THEN log10(${a}) END`),
  sin: each('sin'),
  cos: each('cos'),
  tan: each('tan'),
  cot: each('cot'),
  asin: each('asin'),
  acos: each('acos'),
  atan: each('atan'),
  atan2: each('atan2'),
  radians: each('radians'),
  degrees: each('degrees'),
  sign: shape((a) => `CAST(sign(${a}) AS DOUBLE)`),
  pi: () => 'pi()',
  bit_and: infix('&'),
  bit_or: infix('|'),
  bit_xor: each('xor'),

  /** Null when any part is, as Druid's concat. */
  concat: infix('||'),
  /** Nulls are left out. */
  concat_skip: each('concat'),
  upper: each('upper'),
  lower: each('lower'),
  strlen: shape(length16),
  /** From 0; a length below 0 is the rest. Null beyond the end. */
  substring0: (args, printer) => {
    const [text, from, count] = args.map(printer.scalar)
    return `CASE WHEN length(${text}) > ${from} THEN ${count === undefined ? `substr(${text}, ${from} + 1)` : `substr(${text}, ${from} + 1, ${count})`} END`
  },
  /** From 1, as SQL has it. */
  substring: (args, printer) => `substr(${args.map(printer.scalar).join(', ')})`,
  left: each('left'),
  right: each('right'),
  replace: each('replace'),
  reverse: each('reverse'),
  repeat: shape((a, b) => `CASE WHEN ${b} < 1 THEN NULL ELSE repeat(${a}, ${b}) END`),
  trim: each('trim'),
  ltrim: each('ltrim'),
  rtrim: each('rtrim'),
  lpad: shape((a, b, c) => `CASE WHEN ${b} < length(${a}) THEN left(${a}, ${b}) ELSE lpad(${a}, CAST(${b} AS INTEGER), ${c}) END`),
  rpad: shape((a, b, c) => `CASE WHEN ${b} < length(${a}) THEN left(${a}, ${b}) ELSE rpad(${a}, CAST(${b} AS INTEGER), ${c}) END`),
  /** From 1; 0: not there. */
  position: shape((needle, text) => `CAST(strpos(${text}, ${needle}) AS BIGINT)`),
  position_from: shape(
    (needle, text, from) =>
      `CASE WHEN strpos(substr(${text}, ${from}), ${needle}) = 0 THEN 0 ELSE strpos(substr(${text}, ${from}), ${needle}) + ${from} - 1 END`,
  ),
  contains: shape((text, part) => `contains(${text}, ${part})`),
  contains_folded: shape((text, part) => `contains(lower(${text}), lower(${part}))`),
  starts_with: each('starts_with'),
  ends_with: each('ends_with'),
  /** Pattern and escape are constants. */
  like: (args, printer) => {
    const [text, pattern] = args.slice(0, 2).map(printer.scalar)
    const mark = constant(args[2])
    return mark === null ? `(${text} LIKE ${pattern})` : `(${text} LIKE ${pattern} ESCAPE ${printer.bind(mark, 'STRING')})`
  },
  /** Found anywhere. The store's engine is linear in the text. */
  regexp_like: each('regexp_matches'),
  /** Null when it does not match. */
  regexp_extract: shape(
    (text, pattern, group) =>
      `CASE WHEN regexp_matches(${text}, ${pattern}) THEN regexp_extract(${text}, ${pattern}, CAST(${group} AS INTEGER)) END`,
  ),
  regexp_replace: shape((text, pattern, by) => `regexp_replace(${text}, ${pattern}, ${by}, 'g')`),
  list: (args, printer, type) => `CAST([${args.map(printer.scalar).join(', ')}] AS ${storeTypes[type]})`,
  list_length: shape((a) => `CAST(len(${a}) AS BIGINT)`),
  list_contains: each('list_contains'),
  list_to_string: each('array_to_string'),
  string_to_list: each('string_split'),
  md5: each('md5'),
  hash_hex: shape((a) => `sha256(${a})`),
}

type AggregatePrinter = (args: readonly string[], distinct: boolean) => string
const plain =
  (name: string): AggregatePrinter =>
  (args, distinct) =>
    `${name}(${distinct ? 'DISTINCT ' : ''}${args.join(', ')})`

export const aggregatePrinters: Readonly<Record<string, AggregatePrinter>> = {
  count: (args, distinct) =>
    args.length === 0 ? 'count(*)' : `count(${distinct ? 'DISTINCT ' : ''}${args.length === 1 ? args[0] : `(${args.join(', ')})`})`,
  sum: plain('sum'),
  min: plain('min'),
  max: plain('max'),
  avg: plain('avg'),
  /** Value, then time: of the earliest and of the latest row, the value may be null. */
  first: (args) => `arg_min_null(${args.join(', ')})`,
  last: (args) => `arg_max_null(${args.join(', ')})`,
  any: plain('any_value'),
  string_agg: plain('string_agg'),
  array_agg: plain('list'),
  var_pop: plain('var_pop'),
  var_samp: plain('var_samp'),
  stddev_pop: plain('stddev_pop'),
  stddev_samp: plain('stddev_samp'),
  bit_and: plain('bit_and'),
  bit_or: plain('bit_or'),
  bit_xor: plain('bit_xor'),
  quantile: (args) => `quantile_cont(${args.join(', ')})`,
}

export const windowFunctions: ReadonlySet<string> = new Set([
  'row_number',
  'rank',
  'dense_rank',
  'percent_rank',
  'cume_dist',
  'ntile',
  'lag',
  'lead',
  'first_value',
  'last_value',
  'nth_value',
  'count',
  'sum',
  'min',
  'max',
  'avg',
])
