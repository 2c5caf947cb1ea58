-- Who waited for long: for support, while it happens.
INSERT INTO problem_sessions
SELECT ts, device_id, country || ' ' || device_type || ' ' || app_version, rebuffer_ms / 1000.0
FROM playback
WHERE rebuffer_ms > 3000
