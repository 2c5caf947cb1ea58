-- A SELECT that ends: no watermark, a final table, ordered.
SET 'execution.runtime-mode' = 'batch';
SELECT country, COUNT(DISTINCT device_id) AS c FROM playback GROUP BY country ORDER BY c DESC, UPPER(country) NULLS LAST LIMIT 3 OFFSET 1;
-- ==== logical
sink answer [country, c]
  project [country#6 AS country#9, c#7 AS c#10]
    sort [c#7 DESC, $order1#8] limit 3
      project [country#3 AS country#6, $agg0#5 AS c#7, UPPER(country#3) AS $order1#8]
        aggregate by [country#3] [COUNT(DISTINCT device_id#4) AS $agg0#5]
          project [country#2 AS country#3, device_id#1 AS device_id#4]
            scan playback [device_id#1, country#2]

-- ==== physical
sink-7: answer (country STRING, c BIGINT NOT NULL)
  calc-6: select country, c
    sort-limit-5: by [c DESC, $order1 NULLS LAST] limit 3 offset 1
      calc-4: select country, $agg0 AS c, UPPER(country) AS $order1
        group-aggregate-3: by [country] [COUNT(DISTINCT device_id)]
          calc-2: select country, device_id
            scan-1: default.playback [device_id, country]
