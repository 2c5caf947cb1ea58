import type { Client } from '@millstream/client'
import { MillstreamProblem } from '@millstream/client'
import { type InferredContract, inferContract } from '../codec/infer.ts'
import { typeText } from '../data/types.ts'
import type { BodyKind } from './event-bodies.ts'

const contentTypes: Readonly<Record<BodyKind, string>> = { ndjson: 'application/x-ndjson', json: 'application/json', csv: 'text/csv' }

/** Creates the stream from a sample of its events, unless it is there; says what was inferred. */
export async function createStream(
  client: Client,
  name: string,
  sample: Uint8Array,
  kind: BodyKind,
  note: (text: string) => void,
): Promise<void> {
  try {
    await client.get('streams', name)
    return
  } catch (error) {
    if (!(error instanceof MillstreamProblem) || error.status !== 404) throw error
  }
  const inferred = inferContract(sample, contentTypes[kind])
  const sql = createTableText(name, inferred)
  await client.put('streams', name, { sql })
  note(`Created stream ${name}:\n\n${sql}\n`)
  for (const line of inferred.notes) note(`  ${line}`)
}

/** The CREATE TABLE of what was inferred. */
function createTableText(name: string, { columns, eventTime }: InferredContract): string {
  const quoted = (column: string): string => `\`${column.replaceAll('`', '``')}\``
  const width = Math.max(...columns.map((column) => quoted(column.name).length))
  const lines = columns.map((column) => `  ${quoted(column.name).padEnd(width)} ${typeText(column.type)}`)
  const options = [`  'connector' = 'millstream'`]
  if (eventTime !== undefined) {
    const column = quoted(eventTime.column)
    lines.push(`  WATERMARK FOR ${column} AS ${column} - INTERVAL '10' SECOND`)
    options.push(`  'event-time.format' = '${eventTime.format}'`)
  }
  return `CREATE TABLE ${name} (\n${lines.join(',\n')}\n) WITH (\n${options.join(',\n')}\n)`
}
