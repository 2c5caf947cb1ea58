-- UNION ALL meets in the common type; filters go into both sides; UNION also drops duplicates.
SELECT * FROM (SELECT country, bitrate AS x FROM playback UNION ALL SELECT UPPER(country), rebuffer_ms FROM playback) WHERE country = 'BR';
SELECT country FROM playback UNION SELECT 'none';
-- ==== logical
sink answer [country, x]
  project [country#13 AS country#15, x#14 AS x#16]
    union [country#13, x#14]
      project [country#6 AS country#9, CAST(bitrate#7 AS BIGINT) AS x#10]
        filter (country#6 = 'BR')
          watermark (ts#5 - INTERVAL '+0 00:00:10.000')
            project [ts#1 AS ts#5, country#2 AS country#6, bitrate#3 AS bitrate#7, rebuffer_ms#4 AS rebuffer_ms#8]
              scan playback [ts#1, country#2, bitrate#3, rebuffer_ms#4]
      project [UPPER(country#6) AS EXPR$0#11, rebuffer_ms#8 AS rebuffer_ms#12]
        filter (UPPER(country#6) = 'BR')
          watermark (ts#5 - INTERVAL '+0 00:00:10.000')
            project [ts#1 AS ts#5, country#2 AS country#6, bitrate#3 AS bitrate#7, rebuffer_ms#4 AS rebuffer_ms#8]
              scan playback [ts#1, country#2, bitrate#3, rebuffer_ms#4]

-- ==== physical
sink-6: answer (country STRING, x BIGINT)
  union-5: of 2
    calc-3: where (country = 'BR') select country, CAST(bitrate AS BIGINT) AS x
      watermark-2: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
        scan-1: default.playback [ts, country, bitrate, rebuffer_ms]
    calc-4: where (UPPER(country) = 'BR') select UPPER(country) AS EXPR$0, rebuffer_ms
      watermark-2: as above

-- ==== logical
sink answer [country]
  aggregate by [country#7] []
    union [country#7]
      project [country#4 AS country#5]
        watermark (ts#3 - INTERVAL '+0 00:00:10.000')
          project [ts#1 AS ts#3, country#2 AS country#4]
            scan playback [ts#1, country#2]
      project ['none' AS EXPR$0#6]
        values 1 []

-- ==== physical
sink-8: answer (country STRING)
  group-aggregate-7: by [country] []
    union-6: of 2
      calc-3: select country
        watermark-2: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
          scan-1: default.playback [ts, country]
      calc-5: select 'none' AS EXPR$0
        values-4: 1 row ()
