-- A window function under GROUP BY window_start, window_end is one window aggregate; the filter sinks below it.
SELECT window_start, window_end, country, COUNT(*) AS n, SUM(rebuffer_ms) FILTER (WHERE bitrate > 3) AS s, COUNT(DISTINCT device_id) AS devices
FROM TABLE(TUMBLE(TABLE playback, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
WHERE country <> 'XX'
GROUP BY window_start, window_end, country
HAVING COUNT(*) > 10;
-- ==== logical
sink answer [window_start, window_end, country, n, s, devices]
  project [window_start#19 AS window_start#21, window_end#20 AS window_end#22, country#11 AS country#23, $agg0#16 AS n#24, $agg1#17 AS s#25, $agg2#18 AS devices#26]
    filter ($agg0#16 > 10)
      window-aggregate tumble(ts#15) by [country#11] [COUNT(*) AS $agg0#16, SUM(rebuffer_ms#12) FILTER $filter#13 AS $agg1#17, COUNT(DISTINCT device_id#14) AS $agg2#18] [start AS window_start#19, end AS window_end#20]
        project [country#8 AS country#11, rebuffer_ms#10 AS rebuffer_ms#12, (bitrate#9 > 3) AS $filter#13, device_id#7 AS device_id#14, ts#6 AS ts#15]
          filter (country#8 <> 'XX')
            watermark (ts#6 - INTERVAL '+0 00:00:10.000')
              project [ts#1 AS ts#6, device_id#2 AS device_id#7, country#3 AS country#8, bitrate#4 AS bitrate#9, rebuffer_ms#5 AS rebuffer_ms#10]
                scan playback [ts#1, device_id#2, country#3, bitrate#4, rebuffer_ms#5]

-- ==== physical
sink-6: answer (window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, country STRING, n BIGINT NOT NULL, s BIGINT, devices BIGINT NOT NULL)
  calc-5: where ($agg0 > 10) select window_start, window_end, country, $agg0 AS n, $agg1 AS s, $agg2 AS devices
    window-aggregate-4: TUMBLE(ts, size 60000 ms) by [country] [COUNT(*), SUM(rebuffer_ms) FILTER $filter, COUNT(DISTINCT device_id)] window [start, end]
      calc-3: where (country <> 'XX') select country, rebuffer_ms, (bitrate > 3) AS $filter, device_id, ts rowtime=ts
        watermark-2: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
          scan-1: default.playback [ts, device_id, country, bitrate, rebuffer_ms]
