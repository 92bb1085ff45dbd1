-- Statements that between them use every production of SQLite's SELECT grammar.

-- Result columns and aliases
SELECT 1;
SELECT *, 1 + 1 FROM t;
SELECT t.*, u.b FROM t, u;
SELECT ALL a FROM t;
SELECT DISTINCT b FROM t;
SELECT a AS x, b y, c 'z', d AS "w w", e AS [v v], a `u u`, b AS 'quoted string' FROM t;
SELECT a desc, b asc, c offset, d AS left, e key FROM t;
SELECT a AS cross, b AS indexed, c AS natural FROM t;
SELECT a + 1 /* a comment */ , b -- and another
FROM t;
SELECT  a  ,   b*2   FROM t;
SELECT "a", [b], `c`, t."d", main.t.[e] FROM t;
SELECT 't'.a, 'main'.'t'.'b' FROM t;
SELECT 't'.* FROM t;
SELECT rowid, oid, _rowid_, t.rowid FROM t;
SELECT true, false, not true, true + 1, true is true, 2 is not false;
SELECT "group", [from], `select`, key, value, row, rows, first, last, offset, left, cross, indexed FROM "order";
SELECT o.left, o.cross, o.indexed, o.key FROM "order" AS o;
SELECT left + cross, indexed || left FROM "order";
SELECT 1 over, 2 filter, 3 AS window, (4) over, (5) filter;
SELECT over, filter, window FROM (SELECT 1 AS over, 2 AS filter, 3 AS window);
SELECT abs(-1) filter, abs(-2) over FROM t;
SELECT a current, b following, c materialized, d nulls, e ties FROM t;
SELECT function, language, random, readonly FROM (SELECT 1 AS function, 2 AS language, 3 AS random, 4 AS readonly);
SELECT a AS "double "" quote", b AS `back `` tick`, 'it''s' FROM t;
SELECT ünïcödé, "日本" FROM (SELECT 1 AS ünïcödé, 2 AS 日本);
SELECT a$b, _c FROM (SELECT 1 AS a$b, 2 AS _c);

-- Literals
SELECT 0, 1, 42, 007, 9223372036854775807, 9223372036854775808, 123456789012345678901234567890;
SELECT -9223372036854775808, - 9223372036854775808, -(9223372036854775808), - -9223372036854775808, -9223372036854775807 - 1;
SELECT typeof(-9223372036854775808), typeof(9223372036854775808), typeof(- +9223372036854775808);
SELECT 0x0, 0xFF, 0XfF, 0x7fffffffffffffff, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 0x00000000000000000000000001, -0x10;
SELECT 0xFFg, 0x1_a;
SELECT 1.5, .5, 5., 1e3, 1E-3, 1.e2, .5e+1, 1e999, -1e999, 1e-999, 0.1, 3.0000, 1.7976931348623157e308, 4.9e-324;
SELECT 123456789.987654321, 0.30000000000000004, 1e22, 1e23, 12345678901234567890.5;
SELECT '', 'a', 'it''s', '''', 'line
break', '-- no comment', '/* nor this */', ';', 'ünïcödé 😀';
SELECT x'', X'00', x'DEADbeef', hex(x'0102');
SELECT NULL, null, CURRENT_DATE IS NULL, length(CURRENT_TIME), length(current_timestamp);
SELECT 1 WHERE ? IS NULL AND ?5 IS NULL AND :a IS NULL AND @b IS NULL AND $c IS NULL AND ? IS NULL AND :a IS NULL;
SELECT $a::b(c), $::d, ?1, #abc;

-- Operators, each beside its neighbours in precedence
SELECT 1 OR 0 AND 0, (1 OR 0) AND 0, 0 AND 1 OR 1, 1 OR NULL AND 0;
SELECT NOT 1 = 2, (NOT 1) = 2, NOT NOT 5, NOT 1 + 1, NOT 0 AND 0, NOT NULL IS NULL, 1 = NOT 1, 1 + NOT 0, - NOT 0 = 1;
SELECT NOT a IN (1, 2), NOT b IS NULL, NOT b BETWEEN 5 AND 15, NOT c LIKE 't%' FROM t;
SELECT 1 = 2 < 3, 1 < 2 = 1, 3 > 2 > 1, 1 <= 1 >= 1, 5 = 5 = 1, 1 <> 2 <> 3, 1 == 1 != 0;
SELECT 1 | 2 & 4 << 1 >> 1, 6 & 3 | 8, 1 << 2 + 1, ~1 + 1, ~-1, -~1, ~ 5 & 3, 1 < 2 | 4, 7 & 3 = 3;
SELECT 1 + 2 * 3, (1 + 2) * 3, 10 - 4 - 3, 10 - (4 - 3), 100 / 10 / 2, 100 / (10 / 2), 7 % 4 * 2, 2 * 7 % 4, -7 / 2, -7 % 3;
SELECT 2 * 3 || 4, 2 || 3 * 4, 1 + 2 || 3, 'a' || 'b' || 'c', -1 || 2, - (1 || 2), ~1 || 2;
SELECT -1, - - 1, -+1, + - 1, +1, -(-1), - ( + ( - 1)), -a, +b, ~a FROM t;
SELECT 'A' = 'a' COLLATE NOCASE, 'A' COLLATE NOCASE = 'a', - '1' COLLATE NOCASE, 'a' || 'B' COLLATE NOCASE = 'AB', ('a' || 'B') COLLATE nocase = 'AB';
SELECT a COLLATE NOCASE COLLATE BINARY, c COLLATE "nocase", c COLLATE 'rtrim' FROM t;
SELECT DISTINCT c COLLATE NOCASE FROM t;
SELECT doc -> '$.a', doc ->> '$.a[0]', doc -> '$.a' -> 2 ->> 'b', doc ->> 'd' IS NULL, doc -> 0 || 'x' FROM js;
SELECT 1 + doc ->> 0, doc ->> 0 * 2, - doc ->> 1 FROM js;
SELECT 1 IS 1, 1 IS NOT 2, 1 IS NULL, NULL IS NULL, NULL IS NOT NULL, 1 IS NOT NULL, 1 IS (NULL), 2 IS NOT (1 = 1);
SELECT 1 IS NOT 2 = 1, 1 IS 2 = 0, 1 IS 1 IS 1, 1 IS NOT 1 IS NOT 1, 1 IS NOT NOT 1, 1 IS (NOT 1), 2 IS 1 + 1;
SELECT 1 IS DISTINCT FROM 2, 1 IS NOT DISTINCT FROM 2, b IS DISTINCT FROM NULL, b IS NOT DISTINCT FROM NULL, b IS NOT DISTINCT FROM a + 9 FROM t;
SELECT b ISNULL, b NOTNULL, b NOT NULL, b IS NULL, b IS NOT NULL, b ISNULL = 0, NOT b NOT NULL, b + 1 NOTNULL, b = 10 NOT NULL, b < 5 ISNULL FROM t;
SELECT a BETWEEN 2 AND 4, a NOT BETWEEN 2 AND 4, a BETWEEN 2 AND 4 AND b = 20, a BETWEEN 1 + 1 AND 2 * 2 OR b FROM t;
SELECT a BETWEEN 1 AND 2 = 1, 0 = a BETWEEN 1 AND 2, a BETWEEN 0 = 1 AND 1 = 1, a BETWEEN 1 AND 3 BETWEEN 0 AND 1, a BETWEEN b IS NULL AND 5 FROM t;
SELECT a BETWEEN NOT 1 AND 3, a BETWEEN 1 AND NOT 0, NOT a BETWEEN 1 AND 3, a BETWEEN b BETWEEN 1 AND 2 AND 3, a BETWEEN (b OR 1) AND 4 FROM t;
SELECT c LIKE 't%', c NOT LIKE '%e', c LIKE 'a!%b!_c' ESCAPE '!', c GLOB 't*', c NOT GLOB '*e', c LIKE 'x' OR 1, c LIKE 't' || '%' FROM t;
SELECT c LIKE 'one' = 1, c LIKE 'o%' LIKE '1', NOT c LIKE 'o%', c LIKE 'a!%b_c' ESCAPE '!' = 1, c LIKE 'a' < 'b', c LIKE 'x' ESCAPE '!' || '' FROM t;
SELECT like('t%', c), glob('t*', c), like('a!%%', c, '!') FROM t;
SELECT b IN (10, 20), b NOT IN (10, 20), b IN (), b NOT IN (), b IN (NULL), b IN (10, NULL), b IN (a * 10), a IN (1), c IN ('one', x'00', 4.0) FROM t;
SELECT a IN (SELECT a FROM u), a NOT IN (SELECT a FROM u WHERE a NOTNULL), a IN ((SELECT a FROM u)), a IN ((SELECT 1), 2), a IN (VALUES (1), (2)) FROM t;
SELECT b IN (SELECT b FROM t) FROM t WHERE a IN (WITH w AS (SELECT 1 AS q UNION SELECT 3) SELECT q FROM w);
CREATE TABLE one_column AS SELECT 1 AS q UNION SELECT 3;
SELECT a IN one_column, a NOT IN main.one_column, a IN 'one_column', a IN "one_column" AND 1 FROM t;
SELECT 'name' IN (SELECT name FROM pragma_table_info('t')), 1 IN (SELECT value FROM json_each('[1,2]'));
SELECT a = b IN (0, 1), a < b IN (1), a IN (1, 2) IN (1), a + 1 IN (2, 3), NOT a IN (1, 2), - a IN (-1) FROM t;
SELECT (a, b) = (1, 10), (a, b) < (2, 0), (a, b) IN ((1, 10), (2, 20)), (a, b) IN (SELECT a, b FROM t), (a, b) BETWEEN (1, 0) AND (2, 99) FROM t;
SELECT (a, b) IN (VALUES (1, 10)) FROM t WHERE (1, 2) IS (1, 2) AND (a, b) IS NOT (1, 3);
SELECT (SELECT max(a), min(a) FROM t) = (6, 1), (1, 2) <> (1, 3), ((1, 2)) = ((1, 2));
SELECT (((a))), ((a + 1)), (((a) + (b))) FROM (((t)));
SELECT 1 + 2 - 3 + 4 - 5 * 6 / 7 % 8 || 9 << 1 | 2 & 3 < 4 = 5 AND 6 OR 7;
SELECT 1 OR 2 AND 3 = 4 < 5 & 6 + 7 * 8 || 9;
SELECT NOT a = 1 AND NOT b = 10 OR NOT c = 'x' AND d > 0 FROM t;
SELECT a = 1 OR a = 2 OR a = 3 AND b = 10 AND c = 'x' OR d, a AND b AND c AND d AND e FROM t;
SELECT a
= -- comment between
/* and * another / */ 1 FROM t;
SELECT 1 --
;
SELECT 1-1, 1--1
, 1-(-1), 2- -1, a-b FROM t;

-- CASE, CAST, EXISTS and scalar queries
SELECT CASE a WHEN 1 THEN 'one' WHEN 2 THEN 'two' END, CASE WHEN b > 10 THEN 1 WHEN b THEN 2 ELSE 3 END FROM t;
SELECT CASE WHEN a = 1 THEN b ELSE CASE c WHEN 'x' THEN 1 ELSE 2 END END + 1, CASE a + 1 WHEN b OR 1 THEN 2 END FROM t;
SELECT CASE WHEN 1 THEN 2 END || 'x', - CASE 1 WHEN 1 THEN 5 END, CASE NOT 0 WHEN 1 THEN 'y' END;
SELECT end FROM (SELECT 5 AS end);
SELECT CAST(c AS INTEGER), CAST(a AS TEXT), CAST(d AS int), CAST(b AS VARCHAR(10)), CAST(a AS DECIMAL(10, 2)), CAST(a AS) FROM t;
SELECT CAST(a AS double precision), CAST(a AS "text"), CAST(a AS 'blob'), CAST(a AS unsigned big int), CAST(1.5 AS NUMERIC(-1, +2)) FROM t;
SELECT CAST(CAST('12abc' AS INTEGER) + 1 AS TEXT) || 'x', CAST(x'3132' AS TEXT), CAST(a + b AS REAL) FROM t;
SELECT EXISTS (SELECT 1), NOT EXISTS (SELECT 1 FROM t WHERE 0), EXISTS (VALUES (1)) + 1, EXISTS (WITH w AS (SELECT 1) SELECT * FROM w);
SELECT (SELECT max(a) FROM t), (SELECT b FROM u WHERE u.a = t.a), (VALUES (1)), (WITH w(q) AS (SELECT 7) SELECT q FROM w) FROM t;
SELECT a FROM t WHERE EXISTS (SELECT * FROM u WHERE u.a = t.a AND EXISTS (SELECT 1 FROM v WHERE v.x = u.x));
SELECT ((SELECT 1)) + (((SELECT 2))), -(SELECT 3), (SELECT 1 UNION SELECT 2 ORDER BY 1 DESC LIMIT 1);

-- Functions and aggregates
SELECT abs(-1), max(1, 2, 3), coalesce(NULL, 2), length('abc'), "abs"(-2), [upper]('x'), `lower`('Y'), random() IS NOT NULL;
SELECT replace('abc', 'b', 'x'), like('a', 'b'), glob('a', 'b'), if_null FROM (SELECT ifnull(NULL, 1) AS if_null);
SELECT count(*), count(b), count(DISTINCT b), count(ALL b), sum(b), total(b), avg(b), min(c), max(c), sum(DISTINCT b) FROM t;
SELECT group_concat(c), group_concat(c, '-'), group_concat(DISTINCT b), group_concat(c ORDER BY a DESC), group_concat(c, ';' ORDER BY b NULLS LAST, a) FROM t;
SELECT sum(a) FILTER (WHERE b > 5), count(*) FILTER (WHERE c LIKE '%o%' AND b), count(DISTINCT b) FILTER (WHERE a < 5), sum(a) FROM t;
SELECT group_concat(c ORDER BY c) FILTER (WHERE c NOT NULL), json_group_array(a ORDER BY a DESC) FROM t;
SELECT count(), sum(ALL a), total(a + b * 2), max(a, b), min(a) FROM t;
SELECT likely(a), unlikely(b), likelihood(c, 0.5) FROM (SELECT likely(a) AS a, b, c FROM t);
SELECT date('2024-02-29', '+1 year'), strftime('%Y', '2024-01-01'), printf('%d-%s', 1, 'x'), iif(1, 2, 3), nullif(1, 1), quote('it''s');

-- FROM: tables, aliases, hints, functions, subqueries
SELECT * FROM main.t AS x, temp.sqlite_schema AS s;
SELECT x.a FROM t x, u AS 'y' WHERE x.a = y.a;
SELECT a FROM t INDEXED BY t_b WHERE b = 10;
SELECT a FROM t AS x INDEXED BY t_b WHERE x.b = 10;
SELECT a FROM t NOT INDEXED WHERE b = 10;
SELECT value, key FROM json_each('[1, 2, 3]');
SELECT j.value, t.a FROM t, json_each('[' || t.a || ', 0]') AS j;
SELECT j.value FROM js, json_each(js.doc) j WHERE j.type = 'integer';
SELECT name FROM pragma_table_info('t') ORDER BY cid;
SELECT value FROM main.json_each('[5]');
SELECT * FROM (SELECT 1 AS p, 2 AS q);
SELECT s.p FROM (SELECT 1 AS p UNION ALL SELECT 2) AS s, (SELECT 3 AS r) r2;
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS w;
SELECT column1, column2 FROM (VALUES (1, 2), (3, 4));
SELECT * FROM ((SELECT 1 AS p)), (((SELECT 2 AS q)));
SELECT inner_1."count(*)" FROM (SELECT count(*) FROM t) AS inner_1;
SELECT "b + 1", "max(a)" FROM (SELECT b + 1, max(a) FROM t);
SELECT * FROM tv WHERE b1 > 10;
SELECT a FROM t AS "or" WHERE "or".a > 2;
SELECT * FROM "order" "t t", u AS [u u] WHERE "t t".key = 'k1' AND [u u].a = 1;
SELECT for.a FROM t for, u by WHERE for.a = by.a;

-- Joins
SELECT t.a, u.b FROM t JOIN u ON t.a = u.a;
SELECT t.a, u.b FROM t INNER JOIN u ON t.a = u.a AND u.x > 1 OR t.b = 20;
SELECT t.a, u.b FROM t CROSS JOIN u;
SELECT t.a, u.b FROM t LEFT JOIN u ON t.a = u.a;
SELECT t.a, u.b FROM t LEFT OUTER JOIN u USING (a);
SELECT t.a, u.b FROM t RIGHT JOIN u ON t.a = u.a;
SELECT t.a, u.b FROM t RIGHT OUTER JOIN u USING (a);
SELECT t.a, u.b FROM t FULL JOIN u ON t.a = u.a;
SELECT a, t.b, u.b FROM t FULL OUTER JOIN u USING (a);
SELECT * FROM u NATURAL JOIN v;
SELECT * FROM u NATURAL LEFT JOIN v;
SELECT * FROM u NATURAL LEFT OUTER JOIN v;
SELECT * FROM u NATURAL INNER JOIN v;
SELECT * FROM u NATURAL CROSS JOIN v;
SELECT * FROM u NATURAL FULL JOIN v;
SELECT * FROM u LEFT NATURAL JOIN v;
SELECT * FROM u OUTER LEFT JOIN v ON u.x = v.x;
SELECT * FROM u LEFT RIGHT JOIN v ON u.x = v.x;
SELECT * FROM u CROSS INNER JOIN v ON u.x = v.x;
SELECT * FROM u INNER CROSS JOIN v USING (x);
SELECT t.a, u.b, v.y FROM t, u, v WHERE t.a = u.a AND u.x = v.x;
SELECT t.a, u.b, v.y FROM t, u ON t.a = u.a, v USING (x);
SELECT t.a, u.b, v.y FROM t JOIN u ON t.a = u.a LEFT JOIN v ON v.x = u.x;
SELECT t.a, u.b, v.y FROM t LEFT JOIN u ON t.a = u.a JOIN v ON v.x = u.x OR v.x IS NULL;
SELECT t.a, u.b, v.y FROM t LEFT JOIN (u JOIN v ON u.x = v.x) ON t.a = u.a;
SELECT t.a, u.b, v.y FROM (t LEFT JOIN u ON t.a = u.a) JOIN v ON v.x = t.a;
SELECT t.a, u.b, v.y FROM t, (u LEFT JOIN v USING (x)) WHERE t.a = u.a;
SELECT t.a, u.b, v.y FROM t JOIN ((u NATURAL JOIN v)) ON t.a = u.a;
SELECT j.a, j.y, u.b FROM (u JOIN v USING (x)) AS j;
SELECT j.y, t.a FROM t JOIN (u JOIN v USING (x)) AS j ON t.a = j.a;
SELECT k.b FROM t JOIN (u AS k0) AS k ON t.a = k.a;
SELECT t.a FROM t JOIN (u) ON t.a = u.a;
SELECT q.p FROM t LEFT JOIN (SELECT a AS p FROM u) AS q ON q.p = t.a;
SELECT q.p FROM t LEFT JOIN ((SELECT a AS p FROM u)) AS q ON q.p = t.a;
SELECT x.a, y.a FROM t x JOIN t y ON x.b = y.b AND x.a < y.a JOIN t z USING (a);
SELECT count(*) FROM t JOIN u JOIN v;
SELECT * FROM t JOIN u USING (a, b);
SELECT * FROM (SELECT 1 AS a) NATURAL RIGHT JOIN (SELECT 1 AS a, 2 AS b);

-- WHERE, GROUP BY, HAVING, ORDER BY, LIMIT
SELECT b, count(*) FROM t GROUP BY b;
SELECT b, count(*) AS n FROM t WHERE a > 1 GROUP BY b HAVING n > 1 OR b IS NULL;
SELECT b % 3, length(c), sum(a) FROM t GROUP BY b % 3, length(c) HAVING sum(a) BETWEEN 1 AND 9;
SELECT b, c FROM t GROUP BY 1;
SELECT count(*) FROM t HAVING count(*) > 2;
SELECT a, b FROM t ORDER BY b, a DESC;
SELECT a, b FROM t ORDER BY b ASC NULLS LAST, c COLLATE NOCASE DESC NULLS FIRST, 1;
SELECT a AS k, -b AS m FROM t ORDER BY m DESC, k;
SELECT a FROM t ORDER BY (b), (1), +a, - a, b IS NULL, NOT b;
SELECT a FROM t ORDER BY a LIMIT 2;
SELECT a FROM t ORDER BY a LIMIT 2 OFFSET 3;
SELECT a FROM t ORDER BY a LIMIT 3, 2;
SELECT a FROM t ORDER BY a LIMIT -1 OFFSET 1 + 1;
SELECT a FROM t ORDER BY a LIMIT (SELECT 2) OFFSET (SELECT 1);
SELECT a FROM t WHERE a = 1 OR a = 2 AND b = 20 OR NOT a < 5;
SELECT a FROM t WHERE a IN (1, 2, 3) AND NOT (b = 10 OR c = 'x') ORDER BY a DESC;
SELECT DISTINCT b, c FROM t WHERE b NOT NULL ORDER BY b + a, c;
SELECT max(a), b FROM t GROUP BY b ORDER BY count(*) DESC, 2;

-- Compounds and VALUES
SELECT a FROM t UNION SELECT a FROM u;
SELECT a FROM t UNION ALL SELECT a FROM u;
SELECT a FROM t INTERSECT SELECT a FROM u;
SELECT a FROM t EXCEPT SELECT a FROM u;
SELECT 1 UNION SELECT 2 EXCEPT SELECT 1 UNION ALL SELECT 1 INTERSECT SELECT 1;
SELECT a, b FROM t UNION ALL SELECT a, x FROM u ORDER BY 1 DESC, 2 LIMIT 5;
SELECT a AS k FROM t WHERE a < 3 UNION SELECT a + 10 FROM u ORDER BY k LIMIT 4 OFFSET 1;
VALUES (1);
VALUES (1, 'a'), (2, 'b'), (NULL, x'00');
VALUES (1), (2) UNION SELECT 3 UNION VALUES (4), (5);
SELECT 0 UNION ALL VALUES (1), (2);
VALUES (1 + 1, (SELECT 2), NULL);
SELECT * FROM (SELECT a FROM t UNION SELECT a FROM u ORDER BY 1 LIMIT 3) WHERE a > 1;
SELECT (SELECT a FROM t UNION SELECT 0 ORDER BY 1 LIMIT 1) + 1;
SELECT b FROM u WHERE a = 1 UNION SELECT c COLLATE NOCASE FROM t ORDER BY 1;

-- WITH
WITH w AS (SELECT 1 AS p) SELECT p FROM w;
WITH w(p, q) AS (SELECT a, b FROM t), z AS (SELECT p + 1 AS r FROM w) SELECT * FROM w, z WHERE w.p = z.r;
WITH z AS (SELECT p FROM w), w(p) AS (VALUES (1), (2)) SELECT * FROM z;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i, i * i FROM n;
WITH n(i) AS (VALUES (1) UNION SELECT i * 2 FROM n LIMIT 6) SELECT * FROM n ORDER BY i DESC;
WITH RECURSIVE a1(i) AS (SELECT 1), n(i, s) AS (SELECT 1, '' UNION ALL SELECT i + 1, s || i FROM n WHERE i < 5) SELECT * FROM n, a1;
WITH w AS MATERIALIZED (SELECT a FROM t) SELECT * FROM w;
WITH w AS NOT MATERIALIZED (SELECT a FROM t), x AS MATERIALIZED (SELECT 1) SELECT * FROM w, x;
WITH t AS (SELECT 99 AS a) SELECT a FROM t UNION ALL SELECT a FROM main.t;
SELECT a FROM t WHERE a IN (WITH w AS (SELECT 2 AS k) SELECT k FROM w) OR EXISTS (WITH w AS (SELECT 1 WHERE t.a = 5) SELECT * FROM w);
SELECT * FROM (WITH w(p) AS (SELECT 5) SELECT p FROM w) AS s;
WITH w AS (WITH inner_w AS (SELECT 3 AS q) SELECT q FROM inner_w) SELECT * FROM w;
WITH "w w" AS (SELECT 1), [x] AS (SELECT 2), 'y' AS (SELECT 3) SELECT * FROM "w w", x, y;
WITH replace AS (SELECT 1 AS r), first AS (SELECT 2 AS f) SELECT r, f FROM replace, first;
WITH w(n) AS (SELECT 1 UNION SELECT n + 1 FROM w WHERE n < 3) SELECT * FROM w UNION ALL SELECT -n FROM w ORDER BY 1;

-- Windows
SELECT a, row_number() OVER () FROM t;
SELECT a, row_number() OVER (ORDER BY b DESC, a), rank() OVER (PARTITION BY b ORDER BY a), count(*) OVER (PARTITION BY b, c) FROM t;
SELECT a, sum(a) OVER (ORDER BY a ROWS UNBOUNDED PRECEDING), sum(a) OVER (ORDER BY a ROWS 1 PRECEDING) FROM t;
SELECT a, sum(a) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), max(a) OVER (ORDER BY a ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM t;
SELECT a, sum(a) OVER (ORDER BY b RANGE BETWEEN 5 PRECEDING AND 5 FOLLOWING), sum(a) OVER (ORDER BY b GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t;
SELECT a, sum(a) OVER (ORDER BY b RANGE CURRENT ROW), sum(a) OVER (ORDER BY a ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING), sum(a) OVER (ORDER BY a ROWS BETWEEN 1 FOLLOWING AND 1 + 1 FOLLOWING) FROM t;
SELECT a, sum(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM t;
SELECT a, sum(a) OVER (ORDER BY b ROWS 1 PRECEDING EXCLUDE TIES), sum(a) OVER (ORDER BY b GROUPS 1 PRECEDING EXCLUDE GROUP) FROM t;
SELECT a, sum(a) OVER w, avg(b) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY a);
SELECT a, sum(a) OVER (w ORDER BY a), sum(a) OVER (w ORDER BY a DESC ROWS 1 PRECEDING), sum(a) OVER (w) FROM t WINDOW w AS (PARTITION BY b);
SELECT a, rank() OVER w1, rank() OVER w2 FROM t WINDOW w1 AS (ORDER BY b), w2 AS (ORDER BY c DESC NULLS LAST) ORDER BY a;
SELECT a, sum(a) FILTER (WHERE b > 0) OVER (ORDER BY a), group_concat(c, '') FILTER (WHERE a <> 2) OVER w FROM t WINDOW w AS (ORDER BY a);
SELECT sum(a) OVER "w w", count(*) OVER [x] FROM t WINDOW "w w" AS (ORDER BY a), [x] AS ();
SELECT lag(a, 1, 0) OVER (ORDER BY a), lead(a) OVER (ORDER BY a), first_value(c) OVER (ORDER BY a), nth_value(c, 2) OVER (ORDER BY a), ntile(2) OVER (ORDER BY a) FROM t;
SELECT b, sum(sum(a)) OVER (ORDER BY b) FROM t GROUP BY b HAVING count(*) > 0 WINDOW unused AS (ORDER BY b) ORDER BY 1;
SELECT a FROM t ORDER BY row_number() OVER (ORDER BY c), sum(a) OVER (PARTITION BY b) DESC;
SELECT sum(a) OVER over, count(*) OVER window FROM t WINDOW over AS (ORDER BY a), window AS ();
SELECT a window FROM t WINDOW w AS (ORDER BY a);
SELECT sum(a) OVER (rows_ ROWS 1 PRECEDING) FROM t WINDOW rows_ AS (ORDER BY a);

-- Nesting
SELECT ((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))));
SELECT (SELECT (SELECT (SELECT (SELECT (SELECT a FROM t LIMIT 1)))));
SELECT * FROM (SELECT * FROM (SELECT * FROM (SELECT * FROM (SELECT a, b FROM t WHERE a > 1) WHERE a > 2) WHERE b) WHERE a < 6);
SELECT a + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12 + 13 + 14 + 15 + 16 + 17 + 18 + 19 + 20 FROM t;
SELECT a FROM t WHERE a = 1 OR a = 2 OR a = 3 OR a = 4 OR (a = 5 AND b = -5 AND (c IS NULL AND (d IS NULL OR e = 5.5)));
SELECT max(abs(min(a, coalesce(b, length(upper(substr(c, 1, 2)))))), 0) FROM t;
