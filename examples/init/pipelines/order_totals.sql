-- Flink SQL: the same text runs on a Flink cluster.
INSERT INTO order_totals
SELECT
  window_end, country,
  COUNT(DISTINCT order_id) AS orders,
  COUNT(*) FILTER (WHERE status = 'cancelled') AS cancelled,
  SUM(amount) FILTER (WHERE status = 'paid') AS amount
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL ${var:window}))
GROUP BY window_start, window_end, country
