-- window_time goes on as the event time, so windows can follow windows.
CREATE VIEW per_country AS
SELECT window_time AS t, country, COUNT(*) AS n
FROM TABLE(HOP(TABLE playback, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '5' MINUTES))
GROUP BY window_start, window_end, window_time, country;
SELECT window_end, MAX(n) AS most FROM TABLE(TUMBLE(TABLE per_country, DESCRIPTOR(t), INTERVAL '5' MINUTE)) GROUP BY window_start, window_end;
-- ==== logical
sink answer [window_end, most]
  project [window_end#15 AS window_end#16, $agg0#13 AS most#17]
    window-aggregate tumble(t#12) by [] [MAX(n#11) AS $agg0#13] [start AS window_start#14, end AS window_end#15]
      project [$agg0#7 AS n#11, window_time#10 AS t#12]
        window-aggregate hop(ts#6) by [country#5] [COUNT(*) AS $agg0#7] [start AS window_start#8, end AS window_end#9, time AS window_time#10]
          project [country#4 AS country#5, ts#3 AS ts#6]
            watermark (ts#3 - INTERVAL '+0 00:00:10.000')
              project [ts#1 AS ts#3, country#2 AS country#4]
                scan playback [ts#1, country#2]

-- ==== physical
sink-8: answer (window_end TIMESTAMP(3) NOT NULL, most BIGINT)
  calc-7: select window_end, $agg0 AS most
    window-aggregate-6: TUMBLE(t, size 300000 ms) by [] [MAX(n)] window [start, end]
      calc-5: select $agg0 AS n, window_time AS t rowtime=t
        window-aggregate-4: HOP(ts, size 300000 ms, slide 60000 ms) by [country] [COUNT(*)] window [start, end, time] rowtime=window_time
          calc-3: select country, ts rowtime=ts
            watermark-2: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
              scan-1: default.playback [ts, country]
