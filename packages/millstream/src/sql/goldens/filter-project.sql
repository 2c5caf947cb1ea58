-- Only the columns that are read are scanned; filter and projection are one calc; the filter stays above the watermark.
INSERT INTO rebuffers
SELECT country, rebuffer_ms, CASE WHEN bitrate >= 4000 THEN 'high' WHEN bitrate IS NULL THEN NULL ELSE 'low' END
FROM playback
WHERE rebuffer_ms > 0 AND country IN ('BR', 'US') AND NOT device_id LIKE 'test-%';
-- ==== logical
sink rebuffers [country, rebuffer_ms, quality]
  project [country#8 AS country#11, rebuffer_ms#10 AS rebuffer_ms#12, CASE WHEN (bitrate#9 >= 4000) THEN 'high' WHEN (bitrate#9 IS NULL) THEN NULL ELSE 'low' END AS quality#13]
    filter (((rebuffer_ms#10 > 0) AND IN(country#8, 'BR', 'US')) AND NOT((device_id#7 LIKE 'test-%')))
      watermark (ts#6 - INTERVAL '+0 00:00:10.000')
        project [ts#1 AS ts#6, device_id#2 AS device_id#7, country#3 AS country#8, bitrate#4 AS bitrate#9, rebuffer_ms#5 AS rebuffer_ms#10]
          scan playback [ts#1, device_id#2, country#3, bitrate#4, rebuffer_ms#5]

-- ==== physical
sink-4: default.rebuffers (country STRING, rebuffer_ms BIGINT, quality VARCHAR(4))
  calc-3: where (((rebuffer_ms > 0) AND IN(country, 'BR', 'US')) AND NOT((device_id LIKE 'test-%'))) select country, rebuffer_ms, CASE WHEN (bitrate >= 4000) THEN 'high' WHEN (bitrate IS NULL) THEN NULL ELSE 'low' END AS quality
    watermark-2: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
      scan-1: default.playback [ts, device_id, country, bitrate, rebuffer_ms]
