import { DuckDBInstance } from "@duckdb/node-api";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** Parquet files and the queries over them. */
export interface Warehouse {
  readonly tables: readonly { readonly name: string; readonly path: string }[];
  readonly queries: readonly { readonly name: string; readonly sql: string }[];
}

/** A folder with `*.parquet` and `*.sql` files somewhere below it. */
export async function warehouseIn(folder: string): Promise<Warehouse> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const queries = names.filter((name) => name.endsWith(".sql")).map(async (name) => ({
    name: basename(name, ".sql"),
    sql: await readFile(join(folder, name), "utf8"),
  }));
  const tables = names.filter((name) => name.endsWith(".parquet"))
    .map((name) => ({ name: basename(name, ".parquet"), path: join(folder, name) }));
  return { tables, queries: await Promise.all(queries) };
}

const QUERIES: Warehouse["queries"] = [
  {
    name: "summary",
    sql:
      `select flag, status, sum(quantity) as pieces, sum(price * (1 - discount)) as net, avg(discount) as mean, count(*) as n
      from lines where shipped <= '1998-09-02' group by flag, status order by flag, status`,
  },
  {
    name: "filter",
    sql: `select sum(price * discount) as revenue from lines
      where shipped >= '1994-01-01' and shipped < '1995-01-01' and discount between 0.05 and 0.07 and quantity < 24`,
  },
  {
    name: "top",
    sql:
      `select l.order_id, sum(price * (1 - discount)) as revenue, o.placed from orders o join lines l on l.order_id = o.order_id
      where o.placed < '1995-03-15' and l.shipped > '1995-03-15' group by l.order_id, o.placed order by revenue desc, l.order_id limit 10`,
  },
  {
    name: "late",
    sql: `select priority, count(*) as n from orders o where placed >= '1993-07-01' and placed < '1993-10-01'
      and exists (select * from lines l where l.order_id = o.order_id and l.promised < l.shipped) group by priority order by priority`,
  },
  {
    name: "text",
    sql:
      `select priority, count(distinct customer) as customers, count(*) as n from orders where remark like '%special%' group by priority order by 1`,
  },
];

/** Writes a warehouse of our own, shaped like TPC-H's orders and lines and always the same for a size. */
export async function makeWarehouse(folder: string, orders: number): Promise<Warehouse> {
  await mkdir(folder, { recursive: true });
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  // hash() of a constant is stable within a DuckDB version, and both sides read the file it gave.
  const pick = (salt: number, of: number): string => `(hash(i * 31 + ${salt}) % ${of})::int`;
  const day = (salt: number, plus: string): string =>
    `cast(date '1992-01-01' + ${pick(salt, 2400)} + ${plus} as varchar)`;
  const selects: Readonly<Record<string, string>> = {
    orders: `select i::bigint as order_id, ${pick(1, Math.ceil(orders / 10))}::bigint as customer, ${
      day(2, "0")
    } as placed,
      (${pick(3, 5)} + 1) || '-PRIORITY' as priority,
      case when ${pick(4, 5)} = 0 then 'special requests ' else 'ordinary packages ' end || ${
      pick(5, 1000)
    } as remark from range(${orders}) t(i)`,
    lines: `select (i // 4)::bigint as order_id, (i % 4)::bigint as line_no, (${pick(6, 50)} + 1)::bigint as quantity,
      ${pick(7, 10_000_000)} / 100.0::double as price, ${pick(8, 11)} / 100.0::double as discount,
      ['A', 'N', 'R'][${pick(9, 3)} + 1] as flag, ['F', 'O'][${pick(10, 2)} + 1] as status, ${day(11, "10")} as shipped,
      ${day(12, "20")} as promised from range(${4 * orders}) t(i)`,
  };
  const tables = Object.entries(selects).map(([name, sql]) => ({ name, sql, path: join(folder, `${name}.parquet`) }));
  for (const { sql, path } of tables) await connection.run(`copy (${sql}) to '${path}' (format parquet)`);
  connection.closeSync();
  instance.closeSync();
  return { tables, queries: QUERIES };
}
