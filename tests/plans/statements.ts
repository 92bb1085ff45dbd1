/** Small tables with NULLs, repeated values and empty groups, for statements whose answers SQLite knows. */
export const SCHEMA = `
  create table a(id integer primary key, x integer, y integer, t text, r real);
  create table b(id integer primary key, x integer, y integer, t text not null, r real);
  create table c(k integer not null, l integer not null, v integer, t text collate nocase, primary key(k, l));
  create table e(x integer, y integer);
  create view av as select x, count(*) as n from a group by x;
`;

export const ROWS = `
  insert into a values (1,1,1,'p',1.5),(2,1,2,'q',2.5),(3,2,1,'p',null),(4,2,null,'r',4.0),(5,null,3,null,0.5),(6,3,3,'q',1.5),
    (7,null,null,'s',-1.0),(8,5,0,'p',2.0);
  insert into b values (1,1,1,'p',1.0),(2,1,3,'q',2.5),(3,2,2,'p',3.0),(4,null,1,'r',null),(5,4,4,'q',1.5),(6,2,2,'p',0.0),
    (7,3,null,'s',7.0),(8,1,1,'q',1.0);
  insert into c values (1,1,5,'P'),(1,2,null,'q'),(2,1,7,null),(3,1,1,'p'),(4,1,2,'Q');
`;

/** Statements by what they show, recursion left out, which SQLite allows in fewer forms than a plan has. All are planned, and must give SQLite's rows however the plan is rewritten. */
export const STATEMENTS: Readonly<Record<string, string>> = {
  "no FROM": "select 1, 'a', null",
  "the same column twice": "select x, x, y from a where x = 1",
  "filter and order": "select id, x + y from a where y > 0 and t = 'p' order by x desc, id",
  "inner join": "select a.id, b.id from a join b on a.x = b.x and b.y > 1",
  "join by WHERE": "select a.id, b.id, c.v from a, b, c where a.x = b.x and b.y = c.k and c.l = 1",
  "join of constants": "select a.id, b.id from a, b where a.x = b.x and a.x = 1",
  "cross join": "select a.id, e.x from a, e",
  "left join": "select a.id, b.id from a left join b on a.x = b.x and b.t = 'p'",
  "left join with a condition on its left side": "select a.id, b.id from a left join b on a.x = b.x and a.y = 1",
  "left join that WHERE makes inner": "select a.id, b.id from a left join b on a.x = b.x where b.y > 1",
  "left join that WHERE keeps": "select a.id from a left join b on a.x = b.x where b.id is null",
  "left joins that a join makes inner": "select a.id from a left join b on a.x = b.x join c on c.k = b.y",
  "left join of a join": "select a.id, b.id, c.k from a left join (b join c on b.y = c.k) on a.x = b.x",
  "left join of left joins":
    "select a.id, b.id, c.v from a left join b on a.x = b.x left join c on c.k = b.y and c.l = 1",
  "right join": "select a.id, b.id from a right join b on a.x = b.x",
  "full join": "select a.id, b.id from a full join b on a.x = b.x and a.y = b.y",
  "full join that WHERE makes left": "select a.id, b.id from a full join b on a.x = b.x where a.y > 0",
  "full join that WHERE makes right": "select a.id, b.id from a full join b on a.x = b.x where b.y > 0",
  "full join that WHERE makes inner": "select a.id, b.id from a full join b on a.x = b.x where b.y > 0 and a.y > 0",
  "joins around a left join": "select a.id, b.id, c.v from a left join b on a.x = b.x, c where c.k = a.id and c.l = 1",
  "USING": "select * from a join b using (x) where a.y = 1",
  "alternatives that share a condition":
    "select a.id, b.id from a, b where (a.x = b.x and a.y = 1 and b.y = 1) or (a.x = b.x and a.y = 2 and b.t = 'q')",
  "alternatives about both sides":
    "select a.id, b.id from a, b where a.x = b.x and ((a.t = 'p' and b.t = 'q') or (a.t = 'q' and b.t = 'p'))",
  "group": "select x, count(*), sum(y), min(t), max(r) from a group by x",
  "group by an expression": "select x % 2 as m, count(y) from a group by x % 2 having count(*) > 1",
  "group by a folded column": "select count(*), sum(v) from c group by t",
  "no groups": "select count(*), sum(x), max(y) from a where id > 100",
  "no groups, HAVING": "select count(*) from a having count(*) > 100",
  "columns a key determines": "select a.id, a.t, a.x, count(b.id) from a left join b on a.x = b.x group by a.id",
  "keys that depend on others": "select a.id, a.t, a.r, sum(b.y) from a join b on a.x = b.x group by a.id, a.t, a.r",
  "condition on a group": "select * from (select x, count(*) as n from a group by x) where x > 1 and n > 1",
  "condition on no group": "select * from (select count(*) as n, 1 as one from a where id > 100) where one = 1",
  "a filter and distinct aggregates": "select count(distinct x), count(*) filter (where y > 1), sum(distinct y) from a",
  "distinct": "select distinct x, t from a",
  "distinct of what is distinct": "select distinct id, t from a",
  "distinct folded": "select count(distinct t) from c",
  "order by what is not shown": "select t from a order by x, id",
  "order by an aggregate": "select x from a group by x order by count(*) desc, x limit 2",
  "limit and offset": "select id, t from a order by id desc limit 3 offset 2",
  "limit 0": "select id from a limit 0",
  "limit of one row": "select count(*) from a limit 5",
  "order by a collation": "select t, k from c order by t, k, l",
  "union": "select x from a union select x from b",
  "union all": "select x, y from a union all select y, x from b where x = 1",
  "intersect": "select x from a intersect select y from b",
  "except": "select x from a except select y from b",
  "a condition on a compound": "select * from (select x, y from a union all select y, x from b) where x = 1",
  "values": "select * from (values (1, 'a'), (2, 'b'), (null, 'c')) where column1 > 0",
  "common table read once": "with w as (select x, count(*) as n from a group by x) select * from w where n > 1",
  "common table read twice":
    "with w as (select x, count(*) as n from a group by x) select p.x from w p, w q where p.n = q.n and p.x < q.x",
  "view": "select * from av where x = 2",
  "view read twice": "select p.x from av p join av q on p.n = q.n where p.x is not q.x",
  "window over all": "select id, sum(y) over (), count(*) over (partition by x) from a",
  "window in order": "select id, rank() over (order by x), row_number() over (partition by t order by id) from a",
  "window of groups": "select x, sum(count(*)) over (order by x) from a group by x",
  "condition on a partition":
    "select * from (select id, x, row_number() over (partition by x order by id) as n from a) where x = 2 and n = 1",
  "window frame": "select id, sum(y) over (order by id rows between 1 preceding and 1 following) from a",
  "IN": "select id from a where x in (select x from b where y > 1)",
  "IN with operands that may be NULL, as a value":
    "select id, x in (select x from b), x not in (select y from b) from a",
  "NOT IN without NULLs": "select id from a where t not in (select t from b where t is not null) or id = 1",
  "NOT IN with NULLs": "select id from a where x not in (select x from b)",
  "NOT IN of nothing": "select id from a where x not in (select x from e)",
  "NOT IN, no NULL on either side": "select id from b where id not in (select k from c)",
  "NOT IN correlated": "select id from a where x not in (select b.x from b where b.t = a.t)",
  "NOT IN correlated, as a value": "select id, x not in (select b.x from b where b.t = a.t) from a",
  "IN of rows": "select id from a where (x, y) in (select x, y from b)",
  "NOT IN of rows": "select id from a where (id, id) not in (select k, l from c)",
  "EXISTS": "select id from a where exists (select 1 from b where b.x = a.x and b.y > a.y)",
  "NOT EXISTS": "select id from a where not exists (select 1 from b where b.x = a.x)",
  "EXISTS uncorrelated": "select id from a where exists (select 1 from b where y = 4)",
  "NOT EXISTS of nothing": "select id from a where not exists (select 1 from e)",
  "EXISTS in an alternative": "select id from a where y = 3 or exists (select 1 from b where b.x = a.x)",
  "EXISTS by inequality": "select id from a where exists (select 1 from b where b.x > a.x)",
  "EXISTS of groups":
    "select id from a where exists (select b.x from b where b.t = a.t group by b.x having count(*) > 1)",
  "EXISTS of a compound":
    "select id from a where exists (select 1 from b where b.x = a.x and b.y = 1 union all select 1 from c where c.k = a.id)",
  "EXISTS of one group": "select id from a where exists (select count(*) from b where b.x = a.x having count(*) > 1)",
  "EXISTS with LIMIT": "select id from a where exists (select 1 from b where b.x = a.x order by y limit 1)",
  "EXISTS with LIMIT 0": "select id from a where not exists (select 1 from b where b.x = a.x limit 0)",
  "EXISTS within EXISTS":
    "select id from a where exists (select 1 from b where b.x = a.x and exists (select 1 from c where c.k = b.y and c.l <= a.y))",
  "EXISTS two levels out":
    "select id from a where exists (select 1 from b where exists (select 1 from c where c.k = b.y and c.l = a.x))",
  "scalar": "select id, (select max(y) from b) from a",
  "scalar of no rows": "select id, (select y from b where id = 100) from a",
  "scalar in WHERE": "select id from a where y < (select avg(y) from b)",
  "scalar by key": "select id, (select t from b where b.id = a.x) from a",
  "scalar expression by key": "select id, (select coalesce(b.y, 9) + a.id from b where b.id = a.x) from a",
  "scalar without FROM": "select id, (select a.x + 1), (select a.y where a.x > 1) from a",
  "scalar max": "select id from a where y = (select max(b.y) from b where b.x = a.x)",
  "scalar count": "select id, (select count(*) from b where b.x = a.x) from a",
  "scalar count in WHERE": "select id from a where (select count(*) from b where b.x = a.x) = 0",
  "scalar over an aggregate": "select id, (select coalesce(sum(b.y), -1) + count(*) from b where b.x = a.x) from a",
  "scalar total": "select id, (select total(b.y) from b where b.x = a.x and b.t = 'p') from a",
  "scalar aggregate with HAVING": "select id, (select count(*) from b where b.x = a.x having count(*) > 1) from a",
  "scalar aggregate with HAVING on nothing":
    "select id, (select count(*) from b where b.x = a.x having count(*) < 2) from a",
  "scalar by inequality": "select id, (select count(*) from b where b.x < a.x) from a",
  "scalar by IS": "select id, (select count(*) from b where b.x is a.x) from a",
  "scalar by two keys": "select id, (select sum(b.r) from b where b.x = a.x and b.t = a.t) from a",
  "scalar by a text and a number": "select id, (select count(*) from c where c.t = a.t) from a",
  "scalar with the outer value inside": "select id, (select sum(b.y + a.y) from b where b.x = a.x) from a",
  "scalar with the outer value inside an aggregate of nothing":
    "select id, (select sum(b.y * a.id) from b where b.x = a.x and b.y > 2) from a",
  "scalar of a filtered aggregate":
    "select id, (select count(*) filter (where b.y > a.y) from b where b.x = a.x) from a",
  "scalar of a left join": "select id, (select count(c.k) from b left join c on c.k = b.y where b.x = a.x) from a",
  "scalar of a left join that reads the outer row in ON":
    "select id, (select count(c.k) from b left join c on c.k = b.y and c.l = a.x) from a",
  "scalar of a left join correlated on its right":
    "select id, (select count(*) from b left join (select k from c where c.v > a.x) as w on w.k = b.y) from a",
  "scalar of a join correlated on both sides":
    "select id, (select count(*) from (select y from b where b.x = a.x) as p, (select k from c where c.l = a.y) as q) from a",
  "scalar of a derived table":
    "select id, (select max(n) from (select count(*) as n from b where b.x = a.x group by b.t)) from a",
  "scalar of a distinct": "select id, (select count(*) from (select distinct t from b where b.x = a.x)) from a",
  "scalar of a union":
    "select id, (select count(*) from (select y from b where b.x = a.x union select v from c where c.k = a.x)) from a",
  "scalar of an except": "select id, (select count(*) from (select y from b where b.x = a.x except select a.y)) from a",
  "scalar of a window":
    "select id, (select max(n) from (select row_number() over (order by b.id) as n from b where b.x = a.x)) from a",
  "scalar of a window by inequality":
    "select id, (select max(n) from (select row_number() over (order by b.id) as n from b where b.x < a.x)) from a",
  "scalar first by itself":
    "select id, (select b.y from b where b.x = a.x and b.y > 0 order by b.y desc limit 1) from a",
  "scalar within a scalar":
    "select id, (select sum(b.id + (select count(*) from c where c.k = b.y)) from b where b.x = a.x) from a",
  "scalar two levels out":
    "select id, (select sum(b.id + (select count(*) from c where c.k = b.y and c.l = a.y)) from b where b.x = a.x) from a",
  "scalar in a condition of an outer join's right side":
    "select a.id, b.id from a left join b on a.x = b.x and b.y = (select max(y) from b)",
  "scalar in HAVING": "select x, count(*) from a group by x having count(*) >= (select min(v) from c)",
  "scalar that reads a group's key": "select x, (select count(*) from b where b.x = a.x) from a group by x",
  "scalar inside an aggregate": "select sum(y + (select count(*) from b where b.x = a.x)) from a",
  "scalar in GROUP BY": "select (select max(t) from b where b.x = a.x) as m, count(*) from a group by 1",
  "scalar in ORDER BY": "select id from a order by (select count(*) from b where b.x = a.x), id",
  "scalar in CASE": "select case when x > 1 then (select max(y) from b where b.x = a.x) else 0 end from a",
  "subquery of a common table":
    "with w as (select x, y from b) select id, (select sum(y) from w where w.x = a.x) from a",
  "subqueries of one common table":
    "with w as (select x, y from b) select id, (select sum(y) from w where w.x = a.x) from a where exists (select 1 from w where w.y = a.y)",
  "correlated common table":
    "select id, (with w as (select y from b where b.x = a.x) select count(*) from w p, w q where p.y = q.y) from a",
  "IN of an aggregate": "select id from a where y in (select max(b.y) from b where b.x = a.x)",
  "IN of groups": "select id from a where y in (select count(*) from b where b.t = a.t group by b.x)",
  "IN of a limited query": "select id from a where id in (select id from b order by y desc, id limit 3)",
  "an average for few rows of those it is compared with":
    "select a.id, b.id from a, b where a.x = b.x and b.t = 'p' and b.y = 2 and a.y >= (select avg(i.y) from a i where i.x = b.x)",
  "a join said twice":
    "select a.x, sum(b.y) from a, b where a.x = b.x and a.t = 'p' group by a.x having sum(b.y) >= (select avg(b.y) from a, b where a.x = b.x and a.t = 'p')",
  "a union said twice in an outer join":
    "select p.x, q.x from (select x from a where y = 1 union select x from b where y = 1) p left join (select x from a where y = 1 union select x from b where y = 1) q on p.x = q.x + 1",
  "groups said three times, once within another query":
    "with w as (select x from (select x, count(*) as n from a where y = 1 group by x) where n > 0) select (select count(*) from (select x, count(*) as n from a where y = 1 group by x)), (select max(n) from (select x, count(*) as n from a where y = 1 group by x)), (select count(*) from w), (select min(x) from w)",
  "constants that hold": "select id from a where 1 = 1 and x > 0",
  "constants that fail": "select count(*) from a where 1 = 2 and x > 0",
};
