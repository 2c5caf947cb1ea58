-- A condition on the window's own columns filters what the window aggregate gives.
SELECT country, window_end, COUNT(*) AS n
FROM TABLE(HOP(TABLE playback, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '5' MINUTE))
WHERE window_end > TIMESTAMP '2026-01-01 00:00:00' AND bitrate > 3
GROUP BY country, window_start, window_end;
-- ==== logical
sink answer [country, window_end, n]
  project [country#7 AS country#12, window_end#11 AS window_end#13, $agg0#9 AS n#14]
    filter (window_end#11 > TIMESTAMP '2026-01-01 00:00:00.000')
      window-aggregate hop(ts#8) by [country#7] [COUNT(*) AS $agg0#9] [start AS window_start#10, end AS window_end#11]
        project [country#5 AS country#7, ts#4 AS ts#8]
          filter (bitrate#6 > 3)
            watermark (ts#4 - INTERVAL '+0 00:00:10.000')
              project [ts#1 AS ts#4, country#2 AS country#5, bitrate#3 AS bitrate#6]
                scan playback [ts#1, country#2, bitrate#3]

-- ==== physical
sink-6: answer (country STRING, window_end TIMESTAMP(3) NOT NULL, n BIGINT NOT NULL)
  calc-5: where (window_end > TIMESTAMP '2026-01-01 00:00:00.000') select country, window_end, $agg0 AS n
    window-aggregate-4: HOP(ts, size 300000 ms, slide 60000 ms) by [country] [COUNT(*)] window [start, end]
      calc-3: where (bitrate > 3) select country, ts rowtime=ts
        watermark-2: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
          scan-1: default.playback [ts, country, bitrate]
