-- Constants; columns meet in a common type; an alias may rename.
SELECT a.x, a.y FROM (VALUES (1, 'a'), (NULL, 'bc'), (2.5, 'd')) AS a(x, y);
SELECT 1 + 1, CAST('2026-01-31' AS DATE), TIMESTAMP '2026-01-31 10:00:00.5', INTERVAL '1-2' YEAR TO MONTH;
-- ==== logical
sink answer [x, y]
  project [EXPR$0#1 AS x#3, EXPR$1#2 AS y#4]
    values 3 [EXPR$0#1, EXPR$1#2]

-- ==== physical
sink-3: answer (x DECIMAL(11, 1), y VARCHAR(2) NOT NULL)
  calc-2: select EXPR$0 AS x, EXPR$1 AS y
    values-1: 3 rows (EXPR$0 DECIMAL(11, 1), EXPR$1 VARCHAR(2) NOT NULL)

-- ==== logical
sink answer [EXPR$0, EXPR$1, EXPR$2, EXPR$3]
  project [(1 + 1) AS EXPR$0#1, CAST('2026-01-31' AS DATE) AS EXPR$1#2, TIMESTAMP '2026-01-31 10:00:00.5' AS EXPR$2#3, INTERVAL '+1-02' AS EXPR$3#4]
    values 1 []

-- ==== physical
sink-3: answer (EXPR$0 INT NOT NULL, EXPR$1 DATE NOT NULL, EXPR$2 TIMESTAMP(1) NOT NULL, EXPR$3 INTERVAL YEAR TO MONTH NOT NULL)
  calc-2: select (1 + 1) AS EXPR$0, CAST('2026-01-31' AS DATE) AS EXPR$1, TIMESTAMP '2026-01-31 10:00:00.5' AS EXPR$2, INTERVAL '+1-02' AS EXPR$3
    values-1: 1 row ()
