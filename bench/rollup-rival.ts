import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Embedded ClickHouse behind node:http, in a process of its own: `rollup-rival.ts FOLDER`. Bodies of 250 ms are inserted
 * together, as JSONEachRow into a Null table whose view aggregates into an AggregatingMergeTree.
 */
const { Session } = (await import('chdb' as string)) as { Session: new (path: string) => { query(sql: string, format?: string): string } }
const session = new Session(process.argv[2] ?? '')
for (const sql of [
  'CREATE DATABASE IF NOT EXISTS b',
  `CREATE TABLE b.raw (ts UInt64, country LowCardinality(String), device_type LowCardinality(String), app_version LowCardinality(String), network LowCardinality(String),
     cdn LowCardinality(String), rebuffer_ms Int64, buffer_s Float64) ENGINE = Null`,
  `CREATE TABLE b.rolled (minute DateTime, country LowCardinality(String), device_type LowCardinality(String), app_version LowCardinality(String), network LowCardinality(String),
     cdn LowCardinality(String), events SimpleAggregateFunction(sum, UInt64), rebuffer_ms SimpleAggregateFunction(sum, Int64), buffer_s SimpleAggregateFunction(sum, Float64),
     most SimpleAggregateFunction(max, Int64)) ENGINE = AggregatingMergeTree ORDER BY (minute, country, device_type, app_version, network, cdn)`,
  `CREATE MATERIALIZED VIEW b.v TO b.rolled AS SELECT toStartOfMinute(fromUnixTimestamp64Milli(toInt64(ts))) AS minute, country, device_type, app_version, network, cdn,
     count() AS events, sum(b.raw.rebuffer_ms) AS rebuffer_ms, sum(b.raw.buffer_s) AS buffer_s, max(b.raw.rebuffer_ms) AS most FROM b.raw GROUP BY minute, country, device_type, app_version, network, cdn`,
]) {
  session.query(sql)
}
let waiting: { readonly text: string; readonly done: () => void }[] = []
const flush = (): void => {
  const taken = waiting
  waiting = []
  session.query(`INSERT INTO b.raw FORMAT JSONEachRow ${taken.map(({ text }) => text).join('')}`)
  for (const { done } of taken) done()
}
const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    if (request.url === '/total') return response.end(session.query('SELECT sum(events), count() FROM b.rolled', 'JSONCompactEachRow'))
    waiting.push({ text: Buffer.concat(parts).toString('utf8'), done: () => response.end('{}') })
    if (waiting.length === 1) setTimeout(flush, 250)
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.on('disconnect', () => process.exit(0))
process.send?.({ port: (server.address() as AddressInfo).port })
