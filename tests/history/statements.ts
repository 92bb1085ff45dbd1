import type { Asked } from "./version_model.ts";

/**
 * Statements over versions of rows. `{orders at 5}` stands for the rows as of transaction 5, `{orders 3..9}` for the versions of a
 * period, `{orders all}` for all of them and `{orders}` for the present rows.
 */
export const STATEMENTS: readonly string[] = [
  "select * from {orders at 20} a",
  "select * from {orders at 20.5} a where a.qty > 10",
  "select * from {orders at 0} a",
  "select * from {orders at 999} a",
  "select * from {orders 10..12} a",
  "select * from {orders 12..10} a",
  "select * from {orders 10.5..30} a where city = 'Oslo'",
  "select * from {orders all} a",
  "select * from {stock all} a where item in (1, 3) and city > 'C'",
  "select * from {stock at 33} a",
  "select * from {events at 25} a",
  "select rowid, * from {events at 25} a where rowid between 3 and 8",
  "select id, _rhei_operation from {orders all} a where _rhei_operation = 'D'",
  "select id, _rhei_valid_from from {orders all} a where _rhei_valid_from >= '2026-03-01T00:00:40Z'",
  "select count(*), min(_rhei_valid_from), max(_rhei_valid_to) from {orders all} a where _rhei_valid_to is not null",
  "select note, count(*) from {orders all} a group by note",
  "select substr(_rhei_valid_from, 1, 18), count(*) from {orders all} a group by 1",
  "select city, count(*), sum(qty), total(total), avg(rate), min(total), max(city) from {orders at 40} a group by city",
  "select city, sum(total), sum(qty) from {orders all} a group by city having count(*) > 2",
  "select code, count(*) from {orders at 15} a group by code",
  "select count(*), count(distinct city), sum(qty), min(qty), max(total) from {orders at 44} a",
  "select count(*) from {orders all} a",
  "select count(*) from {orders at 7} a where id = 3",
  "select * from {orders all} a where id = 3 order by _rhei_valid_from",
  "select * from {orders all} a where id = 3 and _rhei_operation <> 'D' order by total desc, _rhei_valid_from",
  "select distinct city from {orders 20..30} a",
  "select a.id, a.qty, b.qty from {orders at 20} a join {orders at 40} b on a.id = b.id where a.qty is not b.qty",
  "select b.id, a.qty, b.qty from {orders at 10} a right join {orders at 50} b on a.id = b.id",
  "select coalesce(a.id, b.id), a.total, b.total from {orders at 10} a full join {orders} b on a.id = b.id",
  "select a.id, b.id from {orders at 30} a left join {orders at 12} b on a.city = b.city and b.qty > 5",
  "select n.id, n.qty - o.qty from {orders} n, {orders at 30} o where n.id = o.id",
  "select a.city, s.item, a.qty from {orders at 30} a join {stock at 18} s on s.city = a.city",
  "select a.city, s.item, sum(a.qty * s.qty) from {orders at 30} a join {stock all} s on s.city = a.city group by 1, 2",
  "select id from {orders at 30} a where exists (select 1 from {stock at 9} s where s.city = a.city and s.qty > 2)",
  "select id from {orders at 30} a where city not in (select city from {stock at 55} s where city is not null)",
  "select id, (select count(*) from {orders all} v where v.id = a.id) n from {orders} a",
  "select (select max(qty) from {orders at 5} x) x, (select max(qty) from {orders at 50} y) y",
  "with old as (select * from {orders at 20} a), new as (select * from {orders at 40} b) " +
  "select new.id, old.qty, new.qty from new left join old using (id)",
  "select id, qty from {orders at 20} a except select id, qty from {orders at 40} b",
  "select id, city from {orders at 20} a union select id, city from {orders at 40} b",
  "select id, qty from {orders at 20} a intersect select id, qty from {orders at 25} b",
  "select id, qty from {orders at 20} a union all select item, qty from {stock at 20} b",
  "select id, qty, row_number() over (partition by id order by _rhei_valid_from) from {orders all} a",
  "select id, qty, lag(qty) over (partition by id order by _rhei_valid_from, _rhei_operation) from {orders all} a " +
  "where _rhei_operation <> 'D'",
  "select id, sum(qty) over (order by id rows between 1 preceding and 1 following) from {orders at 44} a",
  "select city, qty, rank() over (partition by city order by qty) from {orders at 44} a",
  "select id, total from {orders at 44} a order by total desc, id limit 5",
  "select id, city from {orders at 44} a order by id limit 3 offset 2",
  "select * from (select id, qty * 2 as double from {orders at 44} a) where double > 20",
  "select a.id from {orders at 44} a natural join {orders at 12} b",
  "select lower(city), length(code), typeof(rate), total * 2, qty / 3 from {orders at 31} a",
  "select typeof(_rhei_valid_to), typeof(_rhei_valid_from) from {orders 1..60} a",
  "select max(qty) filter (where _rhei_operation = 'U'), sum(qty is null) from {orders all} a",
  "select data, count(*) from {stock 1..60} a group by data",
  "select s.city, s.item, group_concat(s.qty order by s._rhei_valid_from) from {stock all} s " +
  "where _rhei_operation <> 'D' group by s.city, s.item",
  "select case when qty > 10 then 'many' else city end, count(*) from {orders 5..35} a group by 1",
];

const REFERENCE = /\{(\w+)(?: (all|at ([\d.]+)|([\d.]+?)\.\.([\d.]+)))?\}/g;

/** A statement with its references replaced by what `print` gives for each. */
export function withReferences(statement: string, print: (table: string, asked: Asked) => string): string {
  return statement.replaceAll(REFERENCE, (_, table: string, rest: string | undefined, at, from, to) => {
    if (rest === undefined) return print(table, { kind: "present" });
    if (rest === "all") return print(table, { kind: "all" });
    if (at !== undefined) return print(table, { kind: "asOf", at: Number(at) });
    return print(table, { kind: "between", from: Number(from), to: Number(to) });
  });
}
