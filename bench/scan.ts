import { seededRandom } from '../packages/millstream/src/base/simulated/random.ts'
import { jsonScanner } from '../packages/millstream/src/codec/json/scanner.ts'
import { Batch } from '../packages/millstream/src/data/batch.ts'
import type { Column } from '../packages/millstream/src/data/column.ts'
import { Schema } from '../packages/millstream/src/data/schema.ts'
import { types } from '../packages/millstream/src/data/types.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const eventsPerBody = 500
const bodies = 40
const rounds = 31
const warmUpRounds = 4

const schema = new Schema([
  { name: 'ts', type: types.timestampLtz(3, false) },
  { name: 'device_id', type: types.string(false) },
  { name: 'session_id', type: types.string() },
  { name: 'country', type: types.string() },
  { name: 'device_type', type: types.string() },
  { name: 'app_version', type: types.string() },
  { name: 'title_id', type: types.bigint() },
  { name: 'bitrate', type: types.int() },
  { name: 'rebuffer_ms', type: types.bigint() },
  { name: 'buffer_s', type: types.double() },
  { name: 'cdn', type: types.string() },
  { name: 'live', type: types.boolean() },
  { name: 'position', type: types.bigint() },
  { name: 'event', type: types.string() },
])

/**
 * Events per second of one core: the generated scanner against JSON.parse of each line into the same columns, alternating
 * in one process after a warm-up; the ratio is the median of the rounds' own. The baseline interns its strings by a Map, writes typed arrays that
 * have the right size from the start, and checks no contract: it is what one writes by hand when speed matters.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const texts = Array.from({ length: bodies }, (_, seed) => bodyOf(seed + 1))
  const bytesPerEvent = texts.reduce((sum, text) => sum + text.length, 0) / (bodies * eventsPerBody)
  const scan = jsonScanner(schema, { unknownFields: 'keep', timeFormats: { ts: 'epoch-ms' } })
  const scanner = (): void => {
    for (const text of texts) if (scan(text, 'ndjson').batch.rowCount !== eventsPerBody) throw new Error('the scanner lost events')
  }
  const baseline = (): void => {
    for (const text of texts) if (parseEach(text).rowCount !== eventsPerBody) throw new Error('the baseline lost events')
  }
  assertSame(scan(texts[0] as Uint8Array, 'ndjson').batch, parseEach(texts[0] as Uint8Array))

  const cpuBefore = process.cpuUsage()
  const started = performance.now()
  const times = { scanner: [] as number[], baseline: [] as number[] }
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    for (const [name, task] of [['scanner', scanner] as const, ['baseline', baseline] as const]) {
      const from = performance.now()
      task()
      if (round >= warmUpRounds) times[name].push(performance.now() - from)
    }
    options.say(`scan: round ${round + 1} of ${warmUpRounds + rounds}`)
  }
  const cpu = process.cpuUsage(cpuBefore)
  const perSecond = (each: number[]): number => Math.round((bodies * eventsPerBody * 1000) / median(each))
  return {
    name: 'scan',
    ratio: Number(median(times.baseline.map((each, round) => each / (times.scanner[round] as number))).toFixed(2)),
    against: 'baseline',
    baseline: 'JSON.parse of each line into the same columns',
    scannerEventsPerSecond: perSecond(times.scanner),
    baselineEventsPerSecond: perSecond(times.baseline),
    bytesPerEvent: Number(bytesPerEvent.toFixed(1)),
    fields: schema.width,
    eventsPerBody,
    bodies,
    rounds,
    seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
    cpuSeconds: Number(((cpu.user + cpu.system) / 1e6).toFixed(2)),
    versions: { v8: process.versions.v8 },
  }
}

function bodyOf(seed: number): Uint8Array {
  const random = seededRandom(seed)
  const pick = <T>(values: readonly T[]): T => values[random.int(values.length)] as T
  const hex = (digits: number): string => Array.from({ length: digits }, () => '0123456789abcdef'[random.int(16)]).join('')
  const lines = Array.from({ length: eventsPerBody }, (_, event) =>
    JSON.stringify({
      ts: 1_763_845_500_000 + seed * 5_000 + event * 10 + random.int(10),
      device_id: `dev-${hex(8)}`,
      session_id: hex(8),
      country: pick(['BR', 'US', 'DE', 'JP']),
      device_type: pick(['television', 'phone', 'tablet', 'browser']),
      app_version: pick(['5.1.0', '5.1.3', '5.2.0']),
      title_id: 80_000_000 + random.int(20_000_000),
      bitrate: pick([235, 750, 1750, 4300, 5800]),
      rebuffer_ms: random.int(10) === 0 ? random.int(4000) : 0,
      buffer_s: Math.round(random.next() * 3000) / 100,
      cdn: `oca-${100 + random.int(60)}`,
      live: random.int(8) === 0,
      position: random.int(7_200_000),
      event: pick(['heartbeat', 'heartbeat', 'start', 'stop']),
    }),
  )
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

interface Event {
  readonly ts: number
  readonly device_id: string
  readonly session_id: string
  readonly country: string
  readonly device_type: string
  readonly app_version: string
  readonly title_id: number
  readonly bitrate: number
  readonly rebuffer_ms: number
  readonly buffer_s: number
  readonly cdn: string
  readonly live: boolean
  readonly position: number
  readonly event: string
}

function parseEach(text: Uint8Array): Batch {
  const lines = Buffer.from(text.buffer, text.byteOffset, text.length).toString('utf8').split('\n')
  const rows = lines.length - 1
  const ts = new Float64Array(rows)
  const title = new Float64Array(rows)
  const bitrate = new Int32Array(rows)
  const rebuffer = new Float64Array(rows)
  const buffer = new Float64Array(rows)
  const live = new Uint8Array(rows)
  const position = new Float64Array(rows)
  const device = plain(rows)
  const session = plain(rows)
  const country = interned(rows)
  const deviceType = interned(rows)
  const version = interned(rows)
  const cdn = interned(rows)
  const kind = interned(rows)
  for (let row = 0; row < rows; row++) {
    const event = JSON.parse(lines[row] as string) as Event
    ts[row] = event.ts
    title[row] = event.title_id
    bitrate[row] = event.bitrate
    rebuffer[row] = event.rebuffer_ms
    buffer[row] = event.buffer_s
    live[row] = event.live ? 1 : 0
    position[row] = event.position
    device.put(row, event.device_id)
    session.put(row, event.session_id)
    country.put(row, event.country)
    deviceType.put(row, event.device_type)
    version.put(row, event.app_version)
    cdn.put(row, event.cdn)
    kind.put(row, event.event)
  }
  const safe = (at: number, values: Float64Array): Column => ({ ...common(at, rows), layout: 'safe', values })
  return new Batch(schema, rows, [
    safe(0, ts),
    device.finish(1),
    session.finish(2),
    country.finish(3),
    deviceType.finish(4),
    version.finish(5),
    safe(6, title),
    { ...common(7, rows), layout: 'int32', values: bitrate },
    safe(8, rebuffer),
    { ...common(9, rows), layout: 'float64', values: buffer },
    cdn.finish(10),
    { ...common(11, rows), layout: 'bool', values: live },
    safe(12, position),
    kind.finish(13),
  ])
}

const encoder = new TextEncoder()
const common = (at: number, length: number) => ({ type: (schema.fields[at] as { type: Column['type'] }).type, length, validity: null })

function plain(rows: number) {
  const offsets = new Int32Array(rows + 1)
  const bytes = new Uint8Array(rows * 20)
  return {
    put(row: number, value: string): void {
      const from = offsets[row] as number
      offsets[row + 1] = from + encoder.encodeInto(value, bytes.subarray(from)).written
    },
    finish: (at: number): Column => ({ ...common(at, rows), layout: 'bytes', offsets, bytes }),
  }
}

function interned(rows: number) {
  const ids = new Int32Array(rows)
  const known = new Map<string, number>()
  return {
    put(row: number, value: string): void {
      let id = known.get(value)
      if (id === undefined) {
        id = known.size
        known.set(value, id)
      }
      ids[row] = id
    },
    finish(at: number): Column {
      const words = plain(known.size)
      let id = 0
      for (const word of known.keys()) words.put(id++, word)
      const dictionary = words.finish(at)
      if (dictionary.layout !== 'bytes') throw new Error('a dictionary is plain')
      return { ...common(at, rows), layout: 'dictionary', ids, dictionary }
    },
  }
}

function assertSame(ours: Batch, theirs: Batch): void {
  const text = (batch: Batch): string => JSON.stringify(batch.rows(), (_, value) => (typeof value === 'bigint' ? String(value) : value))
  if (text(ours) !== text(theirs)) throw new Error('scanner and baseline disagree')
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number
}
