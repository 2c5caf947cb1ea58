-- The older form of a window means the same.
SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE) AS s, country, AVG(bitrate) FROM playback GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE), country;
-- ==== logical
sink answer [s, country, EXPR$2]
  project [window_start#11 AS s#14, country#7 AS country#15, $agg0#10 AS EXPR$2#16]
    window-aggregate tumble(ts#9) by [country#7] [AVG(bitrate#8) AS $agg0#10] [start AS window_start#11, end AS window_end#12, time AS window_time#13]
      project [country#5 AS country#7, bitrate#6 AS bitrate#8, ts#4 AS ts#9]
        watermark (ts#4 - INTERVAL '+0 00:00:10.000')
          project [ts#1 AS ts#4, country#2 AS country#5, bitrate#3 AS bitrate#6]
            scan playback [ts#1, country#2, bitrate#3]

-- ==== physical
sink-6: answer (s TIMESTAMP(3) NOT NULL, country STRING, EXPR$2 INT)
  calc-5: select window_start AS s, country, $agg0 AS EXPR$2
    window-aggregate-4: TUMBLE(ts, size 60000 ms) by [country] [AVG(bitrate)] window [start, end, time] rowtime=window_time
      calc-3: select country, bitrate, ts rowtime=ts
        watermark-2: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
          scan-1: default.playback [ts, country, bitrate]
