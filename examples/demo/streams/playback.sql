CREATE TABLE playback (
  ts           TIMESTAMP_LTZ(3) NOT NULL,
  device_id    STRING NOT NULL,
  country      STRING,
  device_type  STRING              COMMENT 'tv, phone, web or tablet',
  app_version  STRING,
  title_id     INT,
  bitrate      INT                 COMMENT 'kbit/s',
  rebuffer_ms  BIGINT              COMMENT 'Time the picture stood still since the last heartbeat',
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) COMMENT 'One row per playback heartbeat'
DISTRIBUTED BY HASH(device_id) INTO 4 BUCKETS
WITH (
  'connector' = 'millstream',
  'tier' = 'medium',
  'owner' = 'team-playback',
  'contract.unknown-fields' = 'keep',
  'contract.text-numbers' = '${var:text_numbers}',
  'event-time.max-future' = '10 min',
  'scan.watermark.idle-timeout' = '5 s'
)
