/** One statement that stands for a construct or a function. */
export interface CoverageCase {
  /** What it shows, as the page names it. */
  readonly name: string;
  readonly sql: string;
}

/** Statements of one kind, a table of the page. */
export interface CoverageGroup {
  readonly title: string;
  readonly cases: readonly CoverageCase[];
}

/** The data all cases read: dates as text, a NULL in every column that takes one, mixed case, negative numbers. */
export const COVERAGE_SCHEMA = `
create table items(
  id integer primary key, shop_id integer, name text, tag text collate nocase, price real, quantity integer,
  made text, picture blob, details text);
create table shops(id integer primary key, city text, parent_id integer);
create view dear_items as select id, name, price from items where price > 10;
insert into shops values (1, 'Rome', null), (2, 'Oslo', 1), (3, 'Bern', 1), (4, 'Lima', 2);
insert into items values
  (1, 1, 'apple', 'Fruit', 1.5, 10, '2026-01-31', x'00ff', '{"size":1,"colours":["red","green"]}'),
  (2, 1, 'Pear', 'fruit', 2.25, 7, '2026-02-28 12:30:00', x'01', '{"size":2,"colours":[]}'),
  (3, 2, 'lamp', 'Light', 45.0, 2, '2025-12-24', null, '{"size":9,"colours":["white"]}'),
  (4, 2, 'Äther', null, 18.75, -3, '2024-02-29 23:59:59', x'', '{}'),
  (5, 3, '', 'LIGHT', null, 0, null, x'616263', null),
  (6, 3, 'straße 5', 'road', 0.1, 99, '2026-06-15T08:00', x'00', '{"size":null}'),
  (7, null, null, 'fruit ', 10.0, null, '2026-03-01', null, '[1,2,3]'),
  (8, 4, 'lamp', 'light', 12.5, 4, '2026-01-31', x'ff', '{"size":4}');
`;

/** A call of a scalar function over every row. */
function call(expression: string): CoverageCase {
  return { name: `\`${expression}\``, sql: `select ${expression} from items` };
}

/** The same of an aggregate. */
function grouped(expression: string): CoverageCase {
  return { name: `\`${expression}\``, sql: `select shop_id, ${expression} from items group by shop_id` };
}

/** The same of a function over a window. */
function windowed(expression: string): CoverageCase {
  return {
    name: `\`${expression}\``,
    sql: `select id, ${expression} over (partition by shop_id order by id) from items`,
  };
}

/** A statement shown as it is. */
function statement(name: string, sql: string): CoverageCase {
  return { name, sql };
}

const SCALARS = [
  ...["abs(quantity)", "sign(price)", "round(price)", "round(price, 1)", "max(quantity, 3)", "min(quantity, 3)"],
  ...["ceil(price)", "ceiling(price)", "floor(price)", "sqrt(price)", "pi()"],
  ...["exp(price)", "ln(price)", "log(price)", "log10(price)", "power(price, 2)"],
  ...["sin(price)", "cos(price)", "tan(price)", "asin(price / 100)", "acos(price / 100)"],
  ...[
    "atan(price)",
    "atan2(price, 2)",
    "sinh(price)",
    "cosh(price)",
    "tanh(price)",
    "asinh(price)",
    "acosh(price + 1)",
  ],
  ...["atanh(price / 100)", "radians(price)", "degrees(price)", "random()", "randomblob(4)"],
].map(call);

const TEXTS = [
  ...["length(name)", "length(picture)", "octet_length(name)", "lower(name)", "upper(name)", "substr(name, 2)"],
  ...["substr(name, -3, 2)", "substring(name, 1, 2)", "instr(name, 'a')", "replace(name, 'a', 'o')", "trim(name)"],
  ...["ltrim(name, 'a')", "rtrim(tag)", "hex(picture)", "unhex('616263')", "char(65, 66)", "unicode(name)"],
  ...["concat(name, tag, quantity)", "concat_ws('-', name, tag)", "printf('%05.2f', price)", "format('%d', quantity)"],
  ...["quote(name)", "soundex(name)", "zeroblob(quantity)", "name || tag", "name || price"],
  ...["name like 'L%'", "like('l%', name)", "name glob 'l*'", "glob('l*', name)", "name like '5!%' escape '!'"],
  ...["name regexp 'a'", "typeof(price)", "coalesce(name, tag, '?')", "ifnull(name, '?')", "nullif(name, 'lamp')"],
  ...["iif(price > 10, 'dear', 'cheap')", "likely(price > 1)", "unlikely(price > 1)", "likelihood(price > 1, 0.5)"],
].map(call);

const DATES = [
  ...["date(made)", "time(made)", "datetime(made)", "julianday(made)", "unixepoch(made)"],
  ...["strftime('%Y-%m', made)", "strftime('%w %j %H:%M:%f', made)", "strftime('%s', made)"],
  ...["date(made, 'start of month')", "date(made, '+1 month', '-1 day')", "date(made, 'weekday 1')"],
  ...["datetime(made, '+90 minutes')", "date(quantity, 'unixepoch')", "date(made, 'localtime')", "date('now')"],
  ...["datetime('now', '-1 day')", "current_timestamp", "current_date", "current_time", "timediff(made, '2026-01-01')"],
].map(call);

const JSON_CALLS = [
  ...["details -> '$.size'", "details ->> '$.size'", "details ->> '$.colours[0]'", "json_extract(details, '$.size')"],
  ...["json_extract(details, '$.size', '$.colours')", "json_type(details, '$.size')", "json_valid(details)"],
  ...["json_array_length(details, '$.colours')", "json(details)", "json_array(id, name)", "json_object('id', id)"],
  ...["json_quote(name)", "json_set(details, '$.size', 1)", "json_insert(details, '$.n', 1)"],
  ...["json_replace(details, '$.size', 3)", "json_remove(details, '$.size')", "json_patch(details, '{\"a\":1}')"],
  ...["json_error_position(details)", "jsonb(details)"],
].map(call);

const AGGREGATES = [
  ...["count(*)", "count(name)", "count(distinct tag)", "sum(quantity)", "sum(price)", "total(quantity)", "avg(price)"],
  ...["avg(distinct quantity)", "min(name)", "max(price)", "max(tag)", "group_concat(name)"],
  ...["group_concat(name, '; ' order by id)", "group_concat(distinct tag)", "string_agg(name, ',')"],
  ...["sum(price) filter (where quantity > 0)", "json_group_array(id)", "json_group_object(id, name)", "median(price)"],
].map(grouped);

const WINDOWS = [
  ...["row_number()", "rank()", "dense_rank()", "percent_rank()", "cume_dist()", "ntile(2)", "lag(price)"],
  ...["lag(price, 2, 0)", "lead(name)", "first_value(name)", "last_value(name)", "nth_value(name, 2)"],
  ...["sum(price)", "avg(quantity)", "count(*)", "min(price)", "max(name)", "group_concat(name)", "total(price)"],
].map(windowed);

const FRAMES = [
  ["`rows between 1 preceding and current row`", "rows between 1 preceding and current row"],
  ["`rows between unbounded preceding and 1 following`", "rows between unbounded preceding and 1 following"],
  ["`range between 2 preceding and 2 following`", "range between 2 preceding and 2 following"],
  ["`groups between 1 preceding and 1 following`", "groups between 1 preceding and 1 following"],
  ["`exclude current row`", "rows between 1 preceding and 1 following exclude current row"],
  ["`exclude ties`", "rows between 1 preceding and 1 following exclude ties"],
].map(([name = "", frame]) => statement(name, `select id, sum(quantity) over (order by id ${frame}) from items`));

const QUERIES = [
  statement("`inner join`, `left join`", "select i.id, s.city from items i left join shops s on s.id = i.shop_id"),
  statement("`right join`", "select i.id, s.city from items i right join shops s on s.id = i.shop_id"),
  statement("`full join`", "select i.id, s.city from items i full join shops s on s.id = i.shop_id"),
  statement("`cross join`, comma join", "select count(*) from items, shops cross join shops other"),
  statement("`natural join`, `using`", "select id, city, name from items join shops using (id)"),
  statement("join on an inequality", "select i.id, s.id from items i join shops s on s.id < i.shop_id"),
  statement("self join", "select a.id, b.id from items a join items b on a.name = b.name and a.id < b.id"),
  statement(
    "subquery in `FROM`",
    "select city, n from (select shop_id, count(*) n from items group by 1) c join shops s on s.id = c.shop_id",
  ),
  statement("`in (select …)`", "select id from items where shop_id in (select id from shops where city > 'N')"),
  statement(
    "`not in (select …)` with NULLs",
    "select id from items where shop_id not in (select parent_id from shops)",
  ),
  statement(
    "`exists`, correlated",
    "select city from shops s where exists (select 1 from items i where i.shop_id = s.id)",
  ),
  statement(
    "scalar subquery, correlated",
    "select city, (select max(price) from items i where i.shop_id = s.id) from shops s",
  ),
  statement("row values", "select id from items where (shop_id, quantity) in ((1, 10), (2, 2))"),
  statement("common table expression", "with dear as (select * from items where price > 10) select count(*) from dear"),
  statement(
    "recursive common table expression",
    "with recursive up(id, depth) as (select 1, 0 union all select s.id, depth + 1 from shops s join up on s.parent_id = up.id) select * from up order by id",
  ),
  statement("`union`, `union all`", "select id from items union select id from shops union all select 1"),
  statement("`intersect`, `except`", "select id from items intersect select id from shops except select 2"),
  statement("`values`", "select column1 from (values (1), (2))"),
  statement("view", "select count(*), sum(price) from dear_items"),
  statement("`distinct`", "select distinct tag from items"),
  statement("`group by`, `having`", "select shop_id, count(*) from items group by shop_id having count(*) > 1"),
  statement("`group by` an expression", "select substr(made, 1, 4), sum(price) from items group by substr(made, 1, 4)"),
  statement("bare column beside `max()`", "select shop_id, max(price), name from items group by shop_id"),
  statement("bare column beside `count()`", "select shop_id, count(*), name from items group by shop_id"),
  statement("`order by` a column that is not selected", "select name from items order by price desc, id"),
  statement("`order by … nulls last`", "select id from items order by price nulls last, id"),
  statement("`order by … collate`", "select id from items order by name collate nocase, id"),
  statement("`limit`, `offset`", "select id from items order by id limit 3 offset 2"),
  statement("`limit` within ties", "select name from items order by name limit 6"),
  statement("`case`", "select case tag when 'fruit' then 1 else 0 end, case when price > 2 then 'a' end from items"),
  statement("`cast`", "select cast(price as integer), cast(quantity as text), cast(made as integer) from items"),
  statement("`between`, `in (…)`", "select id from items where price between 1 and 20 and quantity in (2, 7, 10)"),
  statement(
    "`is`, `is not`, `is distinct from`",
    "select id from items where name is not null and tag is distinct from 'Road'",
  ),
  statement("collation of a column", "select tag, count(*) from items group by tag"),
  statement("comparison of text with numbers", "select id from items where made > 5 and quantity < '5'"),
  statement("integer division, `%`", "select quantity / 3, quantity % 3, 7.0 / 2 from items"),
  statement("bit operators", "select quantity & 3, quantity | 4, quantity << 2, ~quantity from items"),
  statement("`rowid`", "select rowid, name from items order by rowid"),
  statement("`indexed by`, `not indexed`", "select count(*) from items not indexed"),
  statement("named window", "select id, sum(price) over w from items window w as (order by id)"),
  statement("table-valued functions", "select value from json_each('[1,2]')"),
];

/** Everything the page shows. */
export const COVERAGE: readonly CoverageGroup[] = [
  { title: "Queries", cases: QUERIES },
  { title: "Numbers", cases: SCALARS },
  { title: "Texts, blobs, conditions", cases: TEXTS },
  { title: "Dates and times", cases: DATES },
  { title: "JSON", cases: JSON_CALLS },
  { title: "Aggregates", cases: AGGREGATES },
  { title: "Window functions", cases: WINDOWS },
  { title: "Window frames", cases: FRAMES },
];
