import { unreachable } from '../base/assert.ts'
import type {
  Aggregate,
  DatasetTable,
  DataType,
  Interval,
  LiteralValue,
  NamedScalar,
  Relation,
  Scalar,
  SortKey,
} from '../model/dataset-query.ts'
import { aggregatePrinters, functionPrinters, windowFunctions } from './functions.ts'
import { type BoundValue, type Printer, storeTypes } from './printer.ts'
import { addReferences, columnsOf, rowsColumn } from './relation-columns.ts'

/** Where a dataset's rows stand in the store. All names are ours; none is a user's text. */
export interface Placement {
  /** Table names of the chunks that overlap the intervals (null: all), ascending in time. */
  chunks(table: DatasetTable, intervals: readonly Interval[] | null): readonly string[]
  /** The table `(id INTEGER, value VARCHAR)` of the dataset's strings. */
  dictionary(table: DatasetTable): string
}

export interface PrintedQuery {
  readonly text: string
  readonly values: readonly BoundValue[]
}
type Needed = ReadonlySet<string> | null

/**
 * A relation as a statement of the store: each node a nested SELECT. User names become `n0, n1, ...`, user values are
 * bound, so no user's text is in the statement. Strings are ids in the chunks; a scan joins the dictionary for those
 * that the query looks into, while grouping by a plain string column groups by id and decodes the groups.
 */
export function print(relation: Relation, placement: Placement): PrintedQuery {
  const values: BoundValue[] = []
  const names = new Map<string, string>()
  const nameOf = (name: string): string => {
    let known = names.get(name)
    if (known === undefined) {
      known = `n${names.size}`
      names.set(name, known)
    }
    return known
  }
  const printer: Printer = {
    scalar: (scalar) => scalarText(scalar),
    bind: (value, type) => {
      values.push({ value, type })
      return `$${values.length}::${storeTypes[type]}`
    },
  }

  const scalarText = (scalar: Scalar): string => {
    switch (scalar.kind) {
      case 'column':
        return nameOf(scalar.name)
      case 'literal':
        return literalText(scalar.value, scalar.type)
      case 'call': {
        const known = functionPrinters[scalar.function]
        if (known === undefined) throw new Error(`the store has no function ${scalar.function}`)
        return known(scalar.args, printer, scalar.type)
      }
      case 'subquery': {
        const inner = relationText(scalar.relation, null)
        if (scalar.mode === 'in') return `(${scalarText(scalar.arg as Scalar)} IN (SELECT * FROM ${inner}))`
        return scalar.mode === 'exists' ? `EXISTS (SELECT 1 FROM ${inner})` : `(SELECT * FROM ${inner})`
      }
      case 'over': {
        if (!windowFunctions.has(scalar.function)) throw new Error(`the store has no window function ${scalar.function}`)
        const parts = [
          scalar.partitionBy.length === 0 ? '' : `PARTITION BY ${scalar.partitionBy.map(scalarText).join(', ')}`,
          scalar.orderBy.length === 0 ? '' : `ORDER BY ${scalar.orderBy.map(sortText).join(', ')}`,
          scalar.frame === null ? '' : `${scalar.frame.unit} BETWEEN ${bound(scalar.frame.start)} AND ${bound(scalar.frame.end)}`,
        ]
        const aggregate = aggregatePrinters[scalar.function]
        const body =
          aggregate === undefined
            ? `${scalar.function}(${scalar.args.map(scalarText).join(', ')})`
            : aggregate(scalar.args.map(scalarText), false)
        return `CAST(${body} OVER (${parts.filter(Boolean).join(' ')}) AS ${storeTypes[scalar.type]})`
      }
      default:
        return unreachable(scalar)
    }
  }

  const literalText = (value: LiteralValue, type: DataType): string => {
    if (value === null) return `CAST(NULL AS ${storeTypes[type]})`
    if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
    if (Array.isArray(value)) {
      const element: DataType = type === 'STRINGS' ? 'STRING' : type === 'LONGS' ? 'LONG' : 'DOUBLE'
      return `CAST([${value.map((item) => literalText(item, element)).join(', ')}] AS ${storeTypes[type]})`
    }
    if (storeTypes[type] === 'BIGINT' && (typeof value === 'bigint' || Number.isSafeInteger(value)))
      return `CAST(${String(value)} AS BIGINT)`
    return printer.bind(value, type)
  }

  const sortText = (key: SortKey): string => `${scalarText(key.value)} ${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nulls.toUpperCase()}`

  const list = (columns: readonly NamedScalar[]): string =>
    columns.map(({ name, value }) => `${scalarText(value)} AS ${nameOf(name)}`).join(', ')

  const relationText = (node: Relation, needed: Needed): string => {
    switch (node.kind) {
      case 'scan':
        return scanText(node, needed, new Set())
      case 'values':
        return valuesText(node)
      case 'filter':
        return `(SELECT * FROM ${relationText(node.input, with_(needed, [node.condition]))} WHERE ${scalarText(node.condition)})`
      case 'project': {
        const kept = node.distinct || needed === null ? node.columns : node.columns.filter((column) => needed.has(column.name))
        const shown = kept.length === 0 ? node.columns.slice(0, 1) : kept
        const input = relationText(
          node.input,
          with_(
            new Set(),
            shown.map((column) => column.value),
          ),
        )
        return `(SELECT ${node.distinct ? 'DISTINCT ' : ''}${list(shown)} FROM ${input})`
      }
      case 'aggregate':
        return aggregateText(node)
      case 'sort': {
        const input = relationText(
          node.input,
          with_(
            needed,
            node.by.map((key) => key.value),
          ),
        )
        const order = node.by.length === 0 ? '' : ` ORDER BY ${node.by.map(sortText).join(', ')}`
        return `(SELECT * FROM ${input}${order}${node.limit === null ? '' : ` LIMIT ${node.limit}`}${node.offset === 0 ? '' : ` OFFSET ${node.offset}`})`
      }
      case 'join': {
        const wanted = node.on === null ? needed : with_(needed, [node.on])
        const left = relationText(node.left, wanted)
        const right = relationText(node.right, wanted)
        if (node.how === 'cross') return `(SELECT * FROM ${left} l CROSS JOIN ${right} r)`
        return `(SELECT * FROM ${left} l ${node.how.toUpperCase()} JOIN ${right} r ON ${node.on === null ? 'TRUE' : scalarText(node.on)})`
      }
      case 'union':
        return unionText(node)
      case 'unnest':
        return `(SELECT *, unnest(${scalarText(node.value)}) AS ${nameOf(node.name)} FROM ${relationText(node.input, with_(needed, [node.value]))})`
      default:
        return unreachable(node)
    }
  }

  const unionText = (node: Extract<Relation, { kind: 'union' }>): string => {
    const first = node.inputs[0] === undefined ? [] : columnsOf(node.inputs[0])
    const parts = node.inputs.map((input) => {
      const columns = columnsOf(input)
      const renamed = columns.map((column, position) => {
        const target = first[position] as { name: string; type: DataType }
        return `CAST(${nameOf(column.name)} AS ${storeTypes[target.type]}) AS ${nameOf(target.name)}`
      })
      return `SELECT ${renamed.join(', ')} FROM ${relationText(input, null)}`
    })
    return `(${parts.join(' UNION ALL ')})`
  }

  const valuesText = (node: Extract<Relation, { kind: 'values' }>): string => {
    const columns = node.columns.map((column) => nameOf(column.name))
    if (node.columns.length === 0) return '(SELECT 1 AS one)'
    if (node.rows.length === 0) {
      return `(SELECT ${node.columns.map((column) => `CAST(NULL AS ${storeTypes[column.type]}) AS ${nameOf(column.name)}`).join(', ')} WHERE FALSE)`
    }
    const rows = node.rows.map(
      (row) => `(${node.columns.map((column, position) => literalText(row[position] ?? null, column.type)).join(', ')})`,
    )
    return `(SELECT * FROM (VALUES ${rows.join(', ')}) v(${columns.join(', ')}))`
  }

  /** `ids`: string columns that are wanted as ids, under the name of `idName`. */
  const scanText = (node: Extract<Relation, { kind: 'scan' }>, needed: Needed, ids: ReadonlySet<string>): string => {
    const { table, prefix } = node
    const shown: string[] = []
    const joins: string[] = []
    let distinctWanted = false
    const all = needed === null ? new Set(node.columns.map((name) => prefix + name)) : needed
    for (const [position, column] of table.columns.entries()) {
      const name = prefix + column.name
      if (ids.has(name)) shown.push(`t.c${position} AS ${nameOf(idName(name))}`)
      if (!all.has(name)) continue
      if (column.type === 'DISTINCT') distinctWanted = true
      if (column.type === 'STRING') {
        joins.push(` LEFT JOIN ${placement.dictionary(table)} d${position} ON d${position}.id = t.c${position}`)
        shown.push(`d${position}.value AS ${nameOf(name)}`)
      } else shown.push(`t.c${position} AS ${nameOf(name)}`)
    }
    if (all.has(prefix + rowsColumn)) shown.push(`${table.hasDistinctRows ? 't.r' : 'CAST(1 AS BIGINT)'} AS ${nameOf(prefix + rowsColumn)}`)
    const conditions: string[] = []
    if (node.intervals !== null) {
      const times = node.intervals.map((interval) => `(t.c0 >= ${whole(interval.startMs)} AND t.c0 < ${whole(interval.endMs)})`)
      conditions.push(times.length === 0 ? 'FALSE' : `(${times.join(' OR ')})`)
    }
    if (table.hasDistinctRows && !distinctWanted) conditions.push('t.r = 1')
    const chunks = placement.chunks(table, node.intervals)
    const from = chunks.length === 1 ? (chunks[0] as string) : `(${chunks.map((chunk) => `SELECT * FROM ${chunk}`).join(' UNION ALL ')})`
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
    return `(SELECT ${shown.length === 0 ? '1 AS one' : shown.join(', ')} FROM ${from} t${joins.join('')}${where})`
  }

  const aggregateText = (node: Extract<Relation, { kind: 'aggregate' }>): string => {
    const chain: Extract<Relation, { kind: 'filter' }>[] = []
    let base = node.input
    while (base.kind === 'filter') {
      chain.push(base)
      base = base.input
    }
    const scan = base.kind === 'scan' ? base : null
    const ids = new Set<string>()
    const inScan = new Set(scan?.columns.map((name) => scan.prefix + name))
    const asId = (value: Scalar): Scalar => {
      if (scan === null || value.kind !== 'column' || value.type !== 'STRING' || !inScan.has(value.name)) return value
      ids.add(value.name)
      return { kind: 'column', name: idName(value.name), type: 'LONG' }
    }
    const keys = node.keys.map((key) => ({ ...key, id: asId(key.value) }))
    const aggregates = node.aggregates.map((aggregate) =>
      aggregate.function === 'count' ? { ...aggregate, args: aggregate.args.map(asId) } : aggregate,
    )
    const wanted = new Set<string>()
    for (const key of keys) addReferences(key.id, wanted)
    for (const aggregate of aggregates) {
      for (const arg of aggregate.args) addReferences(arg, wanted)
      if (aggregate.filter !== null) addReferences(aggregate.filter, wanted)
    }
    for (const filter of chain) addReferences(filter.condition, wanted)
    let input = scan === null ? relationText(node.input, wanted) : scanText(scan, wanted, ids)
    if (scan !== null && chain.length > 0)
      input = `(SELECT * FROM ${input} WHERE ${chain.map((filter) => scalarText(filter.condition)).join(' AND ')})`

    const sets = node.groupingSets
    // Expressions of keys are made columns before grouping sets: a set names them again.
    if (sets !== null && keys.length > 0)
      input = `(SELECT *, ${keys.map((key, position) => `${scalarText(key.id)} AS g${position}`).join(', ')} FROM ${input})`
    const by =
      sets !== null
        ? ` GROUP BY GROUPING SETS (${sets.map((set) => `(${set.map((position) => `g${position}`).join(', ')})`).join(', ')})`
        : keys.length > 0
          ? ` GROUP BY ${keys.map((_, position) => String(position + 1)).join(', ')}`
          : ''
    const shown = [
      ...keys.map((key, position) => `${sets === null ? scalarText(key.id) : `g${position}`} AS k${position}`),
      ...aggregates.map((aggregate) => `${aggregateCall(aggregate, keys, sets !== null)} AS ${nameOf(aggregate.name)}`),
    ]
    const inner = `(SELECT ${shown.length === 0 ? '1 AS one' : shown.join(', ')} FROM ${input}${by})`
    const joins: string[] = []
    const outer = keys.map((key, position) => {
      if (key.id === key.value || scan === null) return `g.k${position} AS ${nameOf(key.name)}`
      joins.push(` LEFT JOIN ${placement.dictionary(scan.table)} d${position} ON d${position}.id = g.k${position}`)
      return `d${position}.value AS ${nameOf(key.name)}`
    })
    if (keys.length === 0) return inner
    return `(SELECT ${[...outer, ...aggregates.map((aggregate) => `g.${nameOf(aggregate.name)}`)].join(', ')} FROM ${inner} g${joins.join('')})`
  }

  const aggregateCall = (aggregate: Aggregate, keys: readonly { readonly value: Scalar }[], grouped: boolean): string => {
    if (aggregate.function === 'grouping') {
      const places = aggregate.args.map((arg) => keys.findIndex((key) => sameScalar(key.value, arg)))
      return grouped ? `CAST(grouping(${places.map((place) => `g${place}`).join(', ')}) AS BIGINT)` : 'CAST(0 AS BIGINT)'
    }
    const known = aggregatePrinters[aggregate.function]
    if (known === undefined) throw new Error(`the store has no aggregate ${aggregate.function}`)
    const filter = aggregate.filter === null ? '' : ` FILTER (WHERE ${scalarText(aggregate.filter)})`
    return `CAST(${known(aggregate.args.map(scalarText), aggregate.distinct)}${filter} AS ${storeTypes[aggregate.type]})`
  }

  const text = `SELECT ${
    columnsOf(relation)
      .map((column) => nameOf(column.name))
      .join(', ') || '1'
  } FROM ${relationText(relation, null)}`
  return { text: rootOrder(relation, text, sortText), values }
}

/** The outermost order is said again at the root: a store may forget the order of a nested SELECT. */
function rootOrder(relation: Relation, text: string, sortText: (key: SortKey) => string): string {
  return relation.kind === 'sort' && relation.by.length > 0 ? `${text} ORDER BY ${relation.by.map(sortText).join(', ')}` : text
}

/** Scalars are plain data: equal when their JSON is. */
const sameScalar = (a: Scalar, b: Scalar): boolean => textOf(a) === textOf(b)
const textOf = (scalar: Scalar): string => JSON.stringify(scalar, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))

const idName = (name: string): string => `${name}\u0000id`
const bound = (frame: { readonly rows: number | null; readonly direction: string }): string =>
  frame.rows === 0 ? 'CURRENT ROW' : `${frame.rows === null ? 'UNBOUNDED' : whole(frame.rows)} ${frame.direction.toUpperCase()}`
const whole = (value: number): string => String(Math.trunc(value))

function with_(needed: Needed, scalars: readonly Scalar[]): Needed {
  if (needed === null) return null
  const names = new Set(needed)
  for (const scalar of scalars) addReferences(scalar, names)
  return names
}
