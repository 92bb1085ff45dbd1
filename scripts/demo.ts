// deno-lint-ignore-file no-console -- a script reports on stdout
/**
 * Makes a small shop database of its own in a temporary folder and shows rhei's main job on it: one SQL, point reads and writes on libSQL,
 * analytical queries on the mirror, fresh to the last commit. Run: `deno task demo`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HtapEngine, type QueryResult } from "../mod.ts";

const ORDERS = 300_000;

const REVENUE = `select c.country, count(*) as orders, round(sum(o.total), 2) as revenue
from orders o join customers c on c.id = o.customer_id
group by c.country order by revenue desc`;

/** Deterministic rows made by SQLite itself, so that every run shows the same figures. */
const SETUP: readonly { readonly sql: string; readonly params?: readonly number[] }[] = [
  { sql: "create table customers (id integer primary key, name text not null, country text not null)" },
  {
    sql:
      "create table orders (id integer primary key, customer_id integer not null, total real not null, day text not null)",
  },
  {
    sql: `insert into customers with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)
      select i, 'Customer ' || i, case when i % 7 < 3 then 'France' when i % 7 < 5 then 'Japan' when i % 7 < 6 then 'Brazil' else 'Kenya' end
      from n`,
  },
  {
    sql: `insert into orders with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
      select i, i * 104729 % 2000 + 1, (i * 7919 % 19997) / 100.0, date('2026-01-01', '+' || (i % 300) || ' days') from n`,
    params: [ORDERS],
  },
];

function show(title: string, result: QueryResult): void {
  console.log(`\n${title}`);
  console.table(result.rows());
  console.log(`${result.rowCount} rows · ${result.durationMs.toFixed(1)} ms · ${result.engine} · ${result.reason}`);
}

async function demo(path: string): Promise<void> {
  await using db = await HtapEngine.open({
    oltpPath: path,
    syncIntervalMs: 0,
    onNotice: (text) => console.log(`rhei: ${text}`),
  });
  for (const { sql, params } of SETUP) await db.execute(sql, params ?? []);
  console.log(`made 2,000 customers and ${ORDERS.toLocaleString("en-US")} orders in libSQL`);
  const load = await db.syncNow();
  console.log(`mirror up to date: ${load.rows.toLocaleString("en-US")} rows in ${load.durationMs.toFixed(0)} ms`);

  show("A point read stays on libSQL:", await db.query("select * from orders where id = ?", [4711]));
  show("The same question on libSQL alone:", await db.query(REVENUE, [], { route: "oltp" }));
  show("… and as rhei routes it:", await db.query(REVENUE));

  await db.transaction(async (tx) => {
    await tx.execute("insert into customers values (2001, 'Ada', 'Iceland')");
    await tx.execute("insert into orders (customer_id, total, day) values (2001, 250000.25, '2026-11-01')");
  });
  show("After a new transaction, at once:", await db.query(REVENUE));
}

if (import.meta.main) {
  const folder = await mkdtemp(join(tmpdir(), "rhei-demo-"));
  try {
    await demo(join(folder, "shop.db"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
