import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { seededRandom } from '../base/simulated/random.ts'
import { bucketScalar, bucketStart, nextBucket, parseGranularity } from '../druid/granularity.ts'
import { formatInstant, localToInstant, parseInstant, parseInterval, parsePeriod, zoneOffsetMs } from '../druid/time.ts'
import { column } from '../model/dataset-query.ts'
import { openTestWorld } from './testing.ts'

const world = await openTestWorld()
after(async () => {
  await world.close()
  world.remove()
})

const zones = ['UTC', 'America/Los_Angeles', 'Asia/Kolkata', 'Europe/Berlin', 'Australia/Lord_Howe']
const periods = ['PT1S', 'PT5M', 'PT1H', 'PT6H', 'P1D', 'P3D', 'P1W', 'P2W', 'P1M', 'P3M', 'P1Y', 'P1DT12H']

test("a bucket in plain code is the store's bucket, in every zone and across changes of clocks", async () => {
  const random = seededRandom(3)
  const changes = [Date.UTC(2026, 2, 8, 10), Date.UTC(2026, 10, 1, 9), Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 25, 1)]
  const times = [
    ...Array.from({ length: 60 }, () => Date.UTC(1960, 0, 1) + Math.floor(random.next() * 100 * 365 * 86_400_000)),
    ...changes.flatMap((change) => Array.from({ length: 8 }, (_, step) => change + (step - 4) * 1_799_000)),
  ]
  for (const zone of zones) {
    for (const period of periods) {
      for (const origin of [undefined, '2015-01-06T03:00:00Z']) {
        const granularity = parseGranularity({ type: 'period', period, timeZone: zone, ...(origin === undefined ? {} : { origin }) })
        const { rows } = await world.olap.engine.run(
          {
            kind: 'project',
            distinct: false,
            input: { kind: 'values', columns: [{ name: 't', type: 'LONG' }], rows: times.map((time) => [time]) },
            columns: [{ name: 'b', value: bucketScalar(granularity, column('t', 'LONG')) }],
          },
          { timeoutMs: null },
        )
        times.forEach((time, at) => {
          const mine = bucketStart(granularity, time)
          assert.equal(rows[at]?.[0], mine, `${period} ${zone} ${origin} ${new Date(time).toISOString()}`)
          assert.ok(mine <= time, `${period} ${zone}: a bucket starts before its times`)
        })
      }
    }
  }
})

test('the bucket after one starts where the last time of it ends', () => {
  for (const zone of zones) {
    for (const period of ['PT1H', 'P1D', 'P1W', 'P1M', 'P1Y']) {
      const granularity = parseGranularity({ type: 'period', period, timeZone: zone })
      let bucket = bucketStart(granularity, Date.UTC(2026, 1, 20))
      for (let step = 0; step < 40; step++) {
        const next = nextBucket(granularity, bucket)
        assert.equal(bucketStart(granularity, next - 1), bucket, `${period} ${zone} ${new Date(bucket).toISOString()}`)
        bucket = next
      }
    }
  }
})

test('times, periods and intervals are read as Joda reads them', () => {
  assert.equal(parseInstant('2015-09-12T00Z'), Date.UTC(2015, 8, 12))
  assert.equal(parseInstant('2015-09'), Date.UTC(2015, 8, 1))
  assert.equal(parseInstant('2015-09-12T05:30:01.5+05:30'), Date.UTC(2015, 8, 12, 0, 0, 1, 500))
  assert.equal(parseInstant('2015-13-01'), null)
  assert.equal(parseInstant('yesterday'), null)
  assert.deepEqual(parseInterval('2015-09-12/pt3h'), { startMs: Date.UTC(2015, 8, 12), endMs: Date.UTC(2015, 8, 12, 3) })
  assert.deepEqual(parseInterval('P1M/2015-03-31'), { startMs: Date.UTC(2015, 1, 28), endMs: Date.UTC(2015, 2, 31) })
  assert.equal(parsePeriod('P1Y2M3DT4H5M6.007S')?.millis, 7)
  assert.equal(parsePeriod('1 day'), null)
  assert.throws(() => parseInterval('2015/2014'), /interval/)
  assert.equal(zoneOffsetMs(Date.UTC(2026, 6, 1), 'America/New_York'), -4 * 3_600_000)
  assert.equal(localToInstant(Date.UTC(2026, 2, 8, 2, 30), 'America/Los_Angeles'), Date.UTC(2026, 2, 8, 10, 30))
  assert.equal(formatInstant(Date.UTC(2015, 8, 12), 'Asia/Kolkata'), '2015-09-12T05:30:00.000+05:30')
})
