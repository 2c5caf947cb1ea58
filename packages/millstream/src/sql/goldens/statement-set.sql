-- Sinks of one set share the scan, with the columns that any of them reads.
EXECUTE STATEMENT SET BEGIN
  INSERT INTO rebuffers (country, rebuffer_ms) SELECT country, rebuffer_ms FROM playback WHERE bitrate > 1;
  INSERT INTO screen SELECT country, 1 FROM playback WHERE country = 'BR';
END;
-- ==== logical
sink rebuffers [country, rebuffer_ms, quality]
  project [country#6 AS country#9, rebuffer_ms#8 AS rebuffer_ms#10, NULL AS quality#11]
    filter (bitrate#7 > 1)
      watermark (ts#5 - INTERVAL '+0 00:00:10.000')
        project [ts#1 AS ts#5, country#2 AS country#6, bitrate#3 AS bitrate#7, rebuffer_ms#4 AS rebuffer_ms#8]
          scan playback [ts#1, country#2, bitrate#3, rebuffer_ms#4]
sink screen [country, n]
  project [country#6 AS country#12, 1 AS n#13]
    filter (country#6 = 'BR')
      watermark (ts#5 - INTERVAL '+0 00:00:10.000')
        project [ts#1 AS ts#5, country#2 AS country#6, bitrate#3 AS bitrate#7, rebuffer_ms#4 AS rebuffer_ms#8]
          scan playback [ts#1, country#2, bitrate#3, rebuffer_ms#4]

-- ==== physical
sink-4: default.rebuffers (country STRING, rebuffer_ms BIGINT, quality STRING)
  calc-3: where (bitrate > 1) select country, rebuffer_ms, NULL AS quality
    watermark-2: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
      scan-1: default.playback [ts, country, bitrate, rebuffer_ms]
sink-6: default.screen (country STRING, n BIGINT NOT NULL)
  calc-5: where (country = 'BR') select country, 1 AS n
    watermark-2: as above
