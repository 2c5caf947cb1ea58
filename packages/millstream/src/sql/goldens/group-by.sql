-- Without a window a group changes with every row; print shows the changes, a stream with a key keeps the last.
INSERT INTO counts SELECT country, COUNT(*) FROM playback WHERE country IS NOT NULL GROUP BY country;
INSERT INTO screen SELECT upper_country, SUM(rebuffer_ms) + COUNT(*) FROM playback GROUP BY upper_country HAVING MAX(bitrate) > 1;
-- ==== logical
sink counts [country, n]
  project [country#5 AS country#7, $agg0#6 AS n#8]
    aggregate by [country#5] [COUNT(*) AS $agg0#6]
      project [country#4 AS country#5]
        filter (country#4 IS NOT NULL)
          watermark (ts#3 - INTERVAL '+0 00:00:10.000')
            project [ts#1 AS ts#3, country#2 AS country#4]
              scan playback [ts#1, country#2]

-- ==== physical
sink-6: default.counts (country STRING, n BIGINT NOT NULL) changes=retract
  calc-5: select country, $agg0 AS n changes=retract
    group-aggregate-4: by [country] [COUNT(*)] changes=retract
      calc-3: where (country IS NOT NULL) select country
        watermark-2: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
          scan-1: default.playback [ts, country]

-- ==== logical
sink screen [country, n]
  project [upper_country#9 AS country#15, ($agg0#12 + $agg1#13) AS n#16]
    filter ($agg2#14 > 1)
      aggregate by [upper_country#9] [SUM(rebuffer_ms#10) AS $agg0#12, COUNT(*) AS $agg1#13, MAX(bitrate#11) AS $agg2#14]
        project [upper_country#8 AS upper_country#9, rebuffer_ms#7 AS rebuffer_ms#10, bitrate#6 AS bitrate#11]
          watermark (ts#5 - INTERVAL '+0 00:00:10.000')
            project [ts#1 AS ts#5, bitrate#3 AS bitrate#6, rebuffer_ms#4 AS rebuffer_ms#7, UPPER(country#2) AS upper_country#8]
              scan playback [ts#1, country#2, bitrate#3, rebuffer_ms#4]

-- ==== physical
sink-7: default.screen (country STRING, n BIGINT) changes=retract
  calc-6: where ($agg2 > 1) select upper_country AS country, ($agg0 + $agg1) AS n changes=retract
    group-aggregate-5: by [upper_country] [SUM(rebuffer_ms), COUNT(*), MAX(bitrate)] changes=retract
      calc-4: select upper_country, rebuffer_ms, bitrate
        watermark-3: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
          calc-2: select ts, bitrate, rebuffer_ms, UPPER(country) AS upper_country
            scan-1: default.playback [ts, country, bitrate, rebuffer_ms]
