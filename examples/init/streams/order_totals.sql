CREATE TABLE order_totals (
  window_end  TIMESTAMP_LTZ(3) NOT NULL,
  country     STRING,
  orders      BIGINT NOT NULL,
  cancelled   BIGINT NOT NULL,
  amount      DOUBLE             COMMENT 'Of paid orders, in euros',
  WATERMARK FOR window_end AS window_end
) COMMENT 'Orders by country and window'
WITH ('connector' = 'millstream')
