-- Computed and metadata columns, nested fields, map items.
SELECT upper_country, arrived, player.version + 1 AS v, tags['app'] AS app FROM playback WHERE upper_country = 'BR';
-- ==== logical
sink answer [upper_country, arrived, v, app]
  project [upper_country#9 AS upper_country#11, arrived#10 AS arrived#12, (player#7.version + 1) AS v#13, tags#8['app'] AS app#14]
    filter (upper_country#9 = 'BR')
      watermark (ts#6 - INTERVAL '+0 00:00:10.000')
        project [ts#1 AS ts#6, player#3 AS player#7, tags#4 AS tags#8, UPPER(country#2) AS upper_country#9, arrived#5 AS arrived#10]
          scan playback [ts#1, country#2, player#3, tags#4, arrived#5]

-- ==== physical
sink-5: answer (upper_country STRING, arrived TIMESTAMP_LTZ(3), v INT, app STRING)
  calc-4: where (upper_country = 'BR') select upper_country, arrived, (player.version + 1) AS v, tags['app'] AS app
    watermark-3: (ts - INTERVAL '+0 00:00:10.000'), idle after 5000 ms rowtime=ts
      calc-2: select ts, player, tags, UPPER(country) AS upper_country, arrived
        scan-1: default.playback [ts, country, player, tags, arrived]
