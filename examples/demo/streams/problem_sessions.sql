CREATE TABLE problem_sessions (
  ts           TIMESTAMP_LTZ(3) NOT NULL,
  device_id    STRING NOT NULL,
  device       STRING             COMMENT 'Country, kind and release in one: BR tv 5.2',
  rebuffer_s   DOUBLE,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) COMMENT 'Heartbeats of people who waited for more than three seconds'
WITH ('connector' = 'millstream', 'owner' = 'team-playback')
