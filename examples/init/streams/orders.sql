-- The contract: events that do not fit it are dead letters, with the reason.
CREATE TABLE orders (
  ts        TIMESTAMP_LTZ(3) NOT NULL,
  order_id  STRING NOT NULL,
  country   STRING,
  status    STRING               COMMENT 'placed, paid or cancelled',
  amount    DOUBLE               COMMENT 'In euros',
  -- Rows may come ten seconds out of order before they are late for windows.
  WATERMARK FOR ts AS ts - INTERVAL '10' SECOND
) COMMENT 'One row per change of an order'
DISTRIBUTED BY HASH(order_id) INTO 4 BUCKETS
WITH (
  'connector' = 'millstream',
  'event-time.max-future' = '10 min'
)
