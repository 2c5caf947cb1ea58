-- A window function by itself is a node of its own: each row with its window.
SELECT country, window_start, window_end FROM TABLE(CUMULATE(DATA => TABLE playback, TIMECOL => DESCRIPTOR(ts), STEP => INTERVAL '1' MINUTE, SIZE => INTERVAL '5' MINUTE));
-- ==== logical
sink answer [country, window_start, window_end]
  project [country#6 AS country#10, window_start#7 AS window_start#11, window_end#8 AS window_end#12]
    window cumulate(ts#5) [window_start#7, window_end#8, window_time#9]
      project [ts#3 AS ts#5, country#4 AS country#6]
        watermark (ts#3 - INTERVAL '+0 00:00:10.000')
          project [ts#1 AS ts#3, country#2 AS country#4]
            scan playback [ts#1, country#2]

-- ==== physical
sink-5: answer (country STRING, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL)
  calc-4: select country, window_start, window_end
    window-3: CUMULATE(ts, size 300000 ms, step 60000 ms) rowtime=window_time
      watermark-2: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
        scan-1: default.playback [ts, country]
