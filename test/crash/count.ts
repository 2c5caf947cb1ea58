import { type Client, createClient } from '../../packages/client/src/client.ts'
import type { RunningServer } from '../server/start.ts'
import { watermarkDelayMs, windowMs } from './definitions.ts'
import { rowText, type SentEvent } from './load.ts'

const settleWithinMs = 30_000
const askAgainMs = 200
/** Enough for both partitions to get some. */
const closingEvents = 16
const closingCountry = 'closing'

/** What was acknowledged so far. */
export interface Account {
  readonly acknowledged: Map<string, SentEvent>
  readonly refused: Set<string>
}

/**
 * Compares what was acknowledged with what is in the stream, in the output of both pipelines, in both datasets and in
 * the ledger. Event time is moved on first, so that every window closes. A problem is a sentence with `lost`, `twice`
 * or `balance` in it.
 */
export async function countAll(server: RunningServer, account: Account): Promise<string[]> {
  const client = createClient({ server: server.url })
  await closeWindows(client, account)
  const problems: string[] = []
  const until = Date.now() + settleWithinMs
  const settle = async (find: () => Promise<string | null>): Promise<void> => {
    for (;;) {
      const problem = await find().catch((error: Error) => `lost: ${error.message}`)
      if (problem === null) return
      if (Date.now() > until) return void problems.push(problem)
      await new Promise((resolve) => setTimeout(resolve, askAgainMs))
    }
  }
  await settle(async () => idsProblem('stream', account, await idsOf(client, 'crash_in')))
  await settle(async () => idsProblem('pipeline', account, await idsOf(client, 'crash_out')))
  await settle(async () => idsProblem('dataset', account, await datasetIds(client)))
  await settle(() => rollupProblem(client, account))
  await settle(() => windowsProblem(client, account))
  await settle(() => ledgerProblem(client, account))
  return problems
}

async function closeWindows(client: Client, { acknowledged }: Account): Promise<void> {
  let latest = 0
  for (const { tsMs } of acknowledged.values()) latest = Math.max(latest, tsMs)
  const tsMs = latest + watermarkDelayMs + windowMs
  const rows: string[] = []
  for (let i = 0; i < closingEvents; i++) {
    const id = `closing-${tsMs}-${i}`
    const event = { tsMs, country: closingCountry, amount: 1 }
    acknowledged.set(id, event)
    rows.push(rowText(id, event))
  }
  await client.send('crash_in', rows.join('\n'))
}

async function idsOf(client: Client, stream: string): Promise<string[]> {
  const ids: string[] = []
  for await (const { row } of client.tail(stream, { follow: false, from: 'earliest' })) ids.push(String(row['id']))
  return ids
}

async function datasetIds(client: Client): Promise<string[]> {
  const { rows } = await client.sqlAll({ sql: 'SELECT id, SUM(events) AS n FROM crash_rows GROUP BY id', dialect: 'druid' })
  return rows.flatMap((row) => new Array<string>(Number(row[1])).fill(String(row[0])))
}

function idsProblem(what: string, { acknowledged, refused }: Account, found: readonly string[]): string | null {
  const unique = new Set(found)
  const missing = [...acknowledged.keys()].filter((id) => !unique.has(id))
  if (missing.length > 0) return `${what}: ${missing.length} of ${acknowledged.size} lost, such as ${missing[0]}`
  if (found.length > unique.size) {
    const seen = new Set<string>()
    const example = found.find((id) => seen.size === seen.add(id).size)
    return `${what}: ${found.length - unique.size} are there twice, such as ${example}`
  }
  const refusedFound = [...unique].filter((id) => refused.has(id))
  return refusedFound.length > 0 ? `${what}: ${refusedFound.length} rejected rows are there twice, as rows and as dead letters` : null
}

async function rollupProblem(client: Client, { acknowledged }: Account): Promise<string | null> {
  const sql = 'SELECT country, SUM(events) AS n, SUM(amount) AS amount FROM crash_rollup GROUP BY country'
  const { rows } = await client.sqlAll({ sql, dialect: 'druid' })
  const found = new Map(rows.map(([country, n, amount]) => [String(country), { n: Number(n), amount: Number(amount) }]))
  const expected = new Map<string, { n: number; amount: number }>()
  for (const { country, amount } of acknowledged.values()) {
    const sum = expected.get(country) ?? { n: 0, amount: 0 }
    expected.set(country, { n: sum.n + 1, amount: sum.amount + amount })
  }
  for (const [country, { n, amount }] of expected) {
    const sum = found.get(country) ?? { n: 0, amount: 0 }
    if (sum.n !== n || sum.amount !== amount)
      return `rollup: ${country} has ${sum.n} events, amount ${sum.amount} of ${n}, ${amount}: ${sum.n < n ? 'lost' : 'twice'}`
  }
  return null
}

/** Each window and country once, and with the late rows of it as many as were acknowledged. */
async function windowsProblem(client: Client, { acknowledged }: Account): Promise<string | null> {
  const key = (tsMs: number, country: string): string => `${new Date(tsMs - (tsMs % windowMs)).toISOString()} ${country}`
  const left = new Map<string, number>()
  for (const { tsMs, country } of acknowledged.values()) {
    if (country !== closingCountry) left.set(key(tsMs, country), (left.get(key(tsMs, country)) ?? 0) + 1)
  }
  const take = (what: string, n: number): void => void left.set(what, (left.get(what) ?? 0) - n)
  const fired = new Set<string>()
  for await (const { row } of client.tail('crash_windows', { follow: false, from: 'earliest' })) {
    if (row['country'] === closingCountry) continue
    const window = key(Date.parse(String(row['began'])), String(row['country']))
    if (fired.has(window)) return `windows: ${window} fired twice`
    fired.add(window)
    take(window, Number(row['n']))
  }
  let cursor: string | undefined
  do {
    const page = await client.deadLetters('crash_in', { stage: 'late', limit: 1000, ...(cursor === undefined ? {} : { cursor }) })
    for (const { body } of page.items) {
      const { ts, country } = JSON.parse(body) as { ts: string; country: string }
      if (country !== closingCountry) take(key(Date.parse(ts), country), 1)
    }
    cursor = page.cursor ?? undefined
  } while (cursor !== undefined)
  const wrong = [...left].filter(([, n]) => n !== 0)
  if (wrong.length === 0) return null
  const [window, n] = wrong[0] as [string, number]
  return `windows: ${wrong.length} differ, such as ${window}: ${Math.abs(n)} ${n > 0 ? 'lost' : 'twice'}`
}

async function ledgerProblem(client: Client, { acknowledged, refused }: Account): Promise<string | null> {
  const { totals, differences } = await client.ledger('crash_in')
  const { received, accepted, rejected, balanced } = totals
  const exact = received === accepted + rejected && accepted === acknowledged.size && rejected === refused.size
  if (exact && balanced && differences.length === 0) return null
  const counted = `received ${received}, accepted ${accepted} of ${acknowledged.size}, rejected ${rejected} of ${refused.size}`
  return `the ledger does not balance: ${counted}; ${differences.join('; ')}`
}
