CREATE TABLE rebuffer_rates (
  window_end   TIMESTAMP_LTZ(3) NOT NULL,
  country      STRING,
  device_type  STRING,
  app_version  STRING,
  heartbeats   BIGINT NOT NULL,
  stalled      BIGINT NOT NULL    COMMENT 'Heartbeats during which the picture stood still at all',
  rebuffer_ms  BIGINT,
  WATERMARK FOR window_end AS window_end
) COMMENT 'How long pictures stood still, by release and kind of device, every few seconds'
WITH ('connector' = 'millstream', 'owner' = 'team-playback')
