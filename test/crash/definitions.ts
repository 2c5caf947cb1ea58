/** What a crash round runs: a stream, a pipeline that copies, one with windows, a dataset of single rows and a rolled-up one. */
export const definitions = {
  streams: {
    crash_in: `CREATE TABLE crash_in (
  ts TIMESTAMP_LTZ(3) NOT NULL,
  id STRING NOT NULL,
  country STRING,
  amount INT,
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) DISTRIBUTED BY HASH(id) INTO 2 BUCKETS
WITH ('connector' = 'millstream', 'scan.watermark.idle-timeout' = '1 s')`,
    crash_out: `CREATE TABLE crash_out (id STRING NOT NULL, country STRING, doubled INT) WITH ('connector' = 'millstream')`,
    crash_windows: `CREATE TABLE crash_windows (began TIMESTAMP_LTZ(3), country STRING, n BIGINT NOT NULL) WITH ('connector' = 'millstream')`,
  },
  pipelines: {
    crash_copy: 'INSERT INTO crash_out SELECT id, country, amount * 2 FROM crash_in WHERE amount >= 0',
    crash_counts: `INSERT INTO crash_windows SELECT window_start, country, COUNT(*)
FROM TABLE(TUMBLE(TABLE crash_in, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end, country`,
  },
  datasets: {
    crash_rows: {
      dataset: 'crash_rows',
      from: 'crash_in',
      timestamp: 'ts',
      granularity: { segment: 'hour', query: 'none', rollup: false },
      dimensions: ['id', 'country'],
      metrics: [{ name: 'events', type: 'count' }],
    },
    crash_rollup: {
      dataset: 'crash_rollup',
      from: 'crash_in',
      timestamp: 'ts',
      granularity: { segment: 'hour', query: 'minute', rollup: true },
      dimensions: ['country'],
      metrics: [
        { name: 'events', type: 'count' },
        { name: 'amount', type: 'longSum', fieldName: 'amount' },
      ],
    },
  },
} as const

export const windowMs = 1000
/** Behind this, by event time, nothing of a window waits any more. */
export const watermarkDelayMs = 2000
