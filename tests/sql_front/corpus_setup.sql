-- Three small tables with NULLs, mixed types and ties, a view, and names that are keywords.
CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER, c TEXT, d REAL, e);
CREATE INDEX t_b ON t (b);
CREATE TABLE u (a INTEGER, b TEXT COLLATE NOCASE, x NUMERIC);
CREATE TABLE v (x, y, z);
CREATE TABLE "order" ("group" INTEGER, [from] TEXT, `select` REAL, key, value, row, rows, first, last, offset, left, cross, indexed);
CREATE TABLE js (doc TEXT);
CREATE VIEW tv AS SELECT a, b + 1 AS b1 FROM t;
INSERT INTO t VALUES
  (1, 10, 'one', 1.5, NULL), (2, 20, 'Two', 2.0, x'00ff'), (3, NULL, 'three', -3.25, 'text'), (4, 20, '4', 4.0, 4),
  (5, -5, NULL, NULL, 5.5), (6, 10, 'a%b_c', 0.0, '6');
INSERT INTO u VALUES (1, 'one', 1), (2, 'TWO', '2'), (3, 'three', 3.5), (3, NULL, NULL), (NULL, 'x', 'abc'), (7, 'seven', 7);
INSERT INTO v VALUES (1, 'p', 0), (1, 'q', 1), (2, 'p', NULL), (3.5, 'r', 2), ('abc', NULL, 3), (NULL, 'p', 4);
INSERT INTO "order" VALUES (1, 'f', 0.5, 'k1', 1, 2, 3, 4, 5, 6, 7, 8, 9), (2, 'g', 1.5, 'k2', 9, 8, 7, 6, 5, 4, 3, 2, 1);
INSERT INTO js VALUES ('{"a": [1, 2, {"b": "c"}], "d": null}'), ('[10, 20, 30]');
