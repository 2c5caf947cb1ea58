-- Which release, on which devices, in which country keeps people waiting.
INSERT INTO rebuffer_rates
SELECT
  window_end, country, device_type, app_version,
  COUNT(*) AS heartbeats,
  COUNT(*) FILTER (WHERE rebuffer_ms > 0) AS stalled,
  SUM(rebuffer_ms) AS rebuffer_ms
FROM TABLE(TUMBLE(TABLE playback, DESCRIPTOR(ts), INTERVAL '${var:window_seconds}' SECOND))
GROUP BY window_start, window_end, country, device_type, app_version
