import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../base/simulated/random.ts'
import { latePer10000, playbackStory, quotingPer10000, rolloutAtMs, storyMs } from './story.ts'

interface Heartbeat {
  readonly ts: string
  readonly device_id: string
  readonly country: string
  readonly device_type: string
  readonly app_version: string
  readonly title_id: number
  readonly bitrate: number | string
  readonly rebuffer_ms: number
}

const startMs = Date.UTC(2026, 5, 1, 10)

/** Heartbeats spread evenly over a part of the story. */
function told(fromMs: number, toMs: number, count: number, seed = 1): Heartbeat[] {
  const next = playbackStory(seededRandom(seed))
  return Array.from({ length: count }, (_, index) => {
    const elapsedMs = fromMs + ((toMs - fromMs) * index) / count
    return JSON.parse(next(startMs + elapsedMs, elapsedMs)) as Heartbeat
  })
}

const share = (rows: readonly Heartbeat[], holds: (row: Heartbeat) => boolean): number => rows.filter(holds).length / rows.length
const near = (found: number, wanted: number, within: number): void =>
  assert.ok(Math.abs(found - wanted) <= within, `${found}, not ${wanted} ± ${within}`)
const meanWait = (rows: readonly Heartbeat[]): number => rows.reduce((sum, row) => sum + row.rebuffer_ms, 0) / Math.max(1, rows.length)

test('the same seed and times tell the same story, another seed another one', () => {
  assert.deepEqual(told(0, storyMs, 500, 7), told(0, storyMs, 500, 7))
  assert.notDeepEqual(told(0, storyMs, 500, 7), told(0, storyMs, 500, 8))
})

test('countries, devices and versions have their shares over a whole story', () => {
  const rows = told(0, storyMs, 100_000)
  for (const [country, wanted] of [
    ['US', 0.45],
    ['BR', 0.25],
    ['DE', 0.18],
    ['IN', 0.12],
  ] as const) {
    near(
      share(rows, (row) => row.country === country),
      wanted,
      0.02,
    )
  }
  for (const [type, wanted] of [
    ['tv', 0.5],
    ['phone', 0.3],
    ['web', 0.15],
    ['tablet', 0.05],
  ] as const) {
    near(
      share(rows, (row) => row.device_type === type),
      wanted,
      0.02,
    )
  }
  near(
    share(rows, (row) => row.app_version === '5.0'),
    0.25 * 0.92,
    0.02,
  )
  assert.deepEqual(new Set(rows.map((row) => row.app_version)), new Set(['5.0', '5.1', '5.2']))
})

test('a country wakes and sleeps: its share moves by well over a third', () => {
  const minutes = Array.from({ length: 10 }, (_, minute) =>
    share(told(minute * 60_000, (minute + 1) * 60_000, 10_000), (row) => row.country === 'IN'),
  )
  assert.ok(Math.max(...minutes) > 1.35 * Math.min(...minutes), minutes.join(' '))
})

test('app 5.2 comes at minute two, to a tenth, and again in the next story', () => {
  const updated = (row: Heartbeat): boolean => row.app_version === '5.2'
  assert.equal(share(told(0, rolloutAtMs, 20_000), updated), 0)
  near(share(told(rolloutAtMs, storyMs, 50_000), updated), 0.1, 0.01)
  assert.equal(share(told(storyMs, storyMs + rolloutAtMs, 20_000), updated), 0)
  near(share(told(storyMs + rolloutAtMs, 2 * storyMs, 50_000), updated), 0.1, 0.01)
})

test('from then on people wait far longer with 5.2 on televisions in Brazil, and nowhere else', () => {
  const rows = told(rolloutAtMs, storyMs, 200_000)
  const troubled = rows.filter((row) => row.app_version === '5.2' && row.country === 'BR' && row.device_type === 'tv')
  const near52 = [
    rows.filter((row) => row.app_version === '5.2' && row.country === 'BR' && row.device_type !== 'tv'),
    rows.filter((row) => row.app_version === '5.2' && row.country !== 'BR' && row.device_type === 'tv'),
    rows.filter((row) => row.app_version !== '5.2' && row.country === 'BR' && row.device_type === 'tv'),
  ]
  assert.ok(troubled.length > 1000)
  near(meanWait(troubled), 0.35 * 3200, 120)
  for (const others of near52) near(meanWait(others), 0.02 * 650, 5)
})

test('bad rows of 10,000: 20 quote their bitrate, 4 are hours late, and one device’s clock says 2038', () => {
  const count = 400_000
  const rows = told(0, storyMs, count)
  const per10000 = (holds: (row: Heartbeat) => boolean): number => 10_000 * share(rows, holds)
  near(
    per10000((row) => typeof row.bitrate === 'string'),
    quotingPer10000,
    8,
  )
  near(
    per10000((row) => Date.parse(row.ts) < startMs - 3_600_000),
    latePer10000,
    1,
  )
  const wrongClocks = rows.filter((row) => row.ts.startsWith('2038'))
  assert.deepEqual(new Set(wrongClocks.map((row) => row.device_id)), new Set(['dev-02038']))
  near((10_000 * wrongClocks.length) / count, 0.5, 0.3)
  for (const row of rows) if (typeof row.bitrate === 'string') assert.match(row.bitrate, /^\d+$/)
})

test('a heartbeat says when it was, within a second, to the millisecond', () => {
  const next = playbackStory(seededRandom(3))
  for (let nowMs = startMs; nowMs < startMs + 5_000; nowMs += 1.7) {
    const agoMs = nowMs - Date.parse((JSON.parse(next(nowMs, 0)) as Heartbeat).ts)
    assert.ok(agoMs >= 0 && (agoMs < 1001 || agoMs > 3_600_000), String(agoMs))
  }
})
