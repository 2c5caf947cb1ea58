import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Scheduler } from '../base/ports.ts'
import type { Answer, DataType, LiteralValue } from '../model/dataset-query.ts'
import type { BoundValue } from './printer.ts'

/** The one database process-wide: dataset files are attached to it, so that they share its threads and memory. */
export interface Duck {
  /** Makes or opens a file of the folder; answers the name that statements use. */
  attach(path: string): Promise<string>
  detach(name: string): Promise<void>
  /** A connection of its own, for a writer. */
  connect(): Promise<DuckDBConnection>
  query(text: string, values: readonly BoundValue[], columns: Answer['columns'], timeoutMs: number): Promise<Answer>
  close(): Promise<void>
}

const connectionsMax = 4
const interruptAgainMs = 20

/**
 * Opened when the first dataset comes: the library takes memory. No statement of a user's reaches it; beyond that, files
 * outside `folder`, extensions and changes of its configuration are off.
 */
export async function openDuck(folder: string, scheduler: Scheduler): Promise<Duck> {
  const { DuckDBInstance, BIGINT, BOOLEAN, DOUBLE, FLOAT, VARCHAR } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.datasetThreads),
    memory_limit: `${limits.datasetMemoryBytesMax / 1024 / 1024}MiB`,
    temp_directory: `${folder}/tmp`,
    checkpoint_threshold: `${limits.datasetCheckpointBytes / 1024 / 1024}MiB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const admin = await instance.connect()
  await admin.run("SET GLOBAL TimeZone = 'UTC'")
  await admin.run(`SET allowed_directories = [${quoted(`${folder}/`)}]`)
  await admin.run('SET enable_external_access = false')
  await admin.run('SET lock_configuration = true')
  const types: Readonly<Record<DataType, DuckDBType>> = {
    STRING: VARCHAR,
    LONG: BIGINT,
    DOUBLE,
    FLOAT,
    BOOLEAN,
    TIMESTAMP: BIGINT,
    DATE: BIGINT,
    DISTINCT: BIGINT,
    STRINGS: VARCHAR,
    LONGS: BIGINT,
    DOUBLES: DOUBLE,
    NULL: VARCHAR,
  }
  const idle: DuckDBConnection[] = []
  const waiting: ((connection: DuckDBConnection) => void)[] = []
  let open = 0
  let attached = 0

  const lend = async (): Promise<DuckDBConnection> => {
    const connection = idle.pop()
    if (connection !== undefined) return connection
    if (open < connectionsMax) {
      open++
      return instance.connect()
    }
    return new Promise((resolve) => waiting.push(resolve))
  }
  const giveBack = (connection: DuckDBConnection): void => {
    const next = waiting.shift()
    if (next === undefined) idle.push(connection)
    else next(connection)
  }

  return {
    async attach(path) {
      const name = `d${attached++}`
      await admin.run(`ATTACH ${quoted(path)} AS ${name}`)
      return name
    },
    async detach(name) {
      await admin.run(`DETACH ${name}`)
    },
    connect: () => instance.connect(),
    async query(text, values, columns, timeoutMs) {
      const connection = await lend()
      let late = false
      // An interrupt before the statement runs is forgotten by the store: it is said again until it is heard.
      const stop = (): void => {
        late = true
        connection.interrupt()
        timer = scheduler.after(interruptAgainMs, stop)
      }
      let timer = scheduler.after(timeoutMs, stop)
      try {
        const bound = values.map(({ value, type }) =>
          types[type] === BIGINT && typeof value === 'number' ? BigInt(value) : value,
        ) as never[]
        const reader = await connection.runAndReadUntil(
          text,
          limits.datasetAnswerRowsMax + 1,
          bound,
          values.map(({ type }) => types[type]),
        )
        if (reader.currentRowCount > limits.datasetAnswerRowsMax) throw errors.fail('MS-6006', { rowsMax: limits.datasetAnswerRowsMax })
        const data = reader
          .getColumns()
          .map((column, position) => plainColumn(column as readonly unknown[], columns[position]?.type ?? 'STRING'))
        const rows = Array.from({ length: reader.currentRowCount }, (_, row) =>
          columns.map((_column, position) => data[position]?.[row] ?? null),
        )
        return { columns, rows }
      } catch (error) {
        if (late) throw errors.fail('MS-6003', { timeoutMs }, undefined, error)
        if (error instanceof Error && 'code' in error) throw error
        throw errors.fail('MS-6005', { reason: firstLine(error) }, undefined, error)
      } finally {
        timer.cancel()
        giveBack(connection)
      }
    },
    async close() {
      for (const connection of idle) connection.closeSync()
      admin.closeSync()
      instance.closeSync()
    },
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const firstLine = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] as string) : String(error))

function plainColumn(values: readonly unknown[], type: DataType): readonly LiteralValue[] {
  return values.map((value) => plain(value, type))
}

function plain(value: unknown, type: DataType): LiteralValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  if (typeof value === 'number') return type === 'FLOAT' ? shortestFloat(value) : value
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'object' && 'items' in value)
    return (value as { items: readonly unknown[] }).items.map((item) => plain(item, 'STRING')) as LiteralValue
  return String(value)
}

/** The shortest decimal that is the same 32-bit float. */
function shortestFloat(value: number): number {
  for (let digits = 6; digits < 10; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return shorter
  }
  return value
}
