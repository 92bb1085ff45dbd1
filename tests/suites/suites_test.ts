import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HtapEngine } from "../../mod.ts";
import { SUITES } from "./all_suites.ts";
import { buildSuite } from "./build_suite.ts";
import { runStatement } from "./run_suite.ts";

/** Statements in the manner of each suite; all give rows. */
const STATEMENTS: Readonly<Record<string, readonly string[]>> = {
  ssb: [
    "select d_yearmonth, s_region, sum(lo_revenue * lo_discount) v from lineorder join dates on lo_orderdate = d_datekey " +
    "join supplier on s_suppkey = lo_suppkey where d_year between 1995 and 1996 and lo_quantity < 10 " +
    "group by 1, 2 order by v desc, 1, 2",
    "select p_category, c_nation, max(lo_revenue - lo_supplycost) best from part, customer, lineorder " +
    "where p_partkey = lo_partkey and c_custkey = lo_custkey and (p_size < 5 or c_city like 'UNITED%3') " +
    "group by p_category, c_nation having count(*) > 2 order by best limit 20",
  ],
  clickbench: [
    "select UserID, strftime('%H', EventTime) h, count(*) n from hits group by UserID, h order by n desc limit 10",
    "select SearchPhrase, count(distinct UserID) u, min(URL) from hits where URL like '%example%' and Title <> '' " +
    "group by SearchPhrase order by u desc limit 8 offset 3",
    "select RegionID, STRLEN(Title) l, sum(ResolutionWidth + 1), avg(ResolutionWidth) from hits where IsLink = 0 " +
    "group by RegionID, l having count(*) > 3 order by l, RegionID",
    "select URL from hits where CounterID = 62 order by EventTime limit 12",
  ],
  chbenchmark: [
    "select n_name, sum(ol_amount) total from order_line, supplier, nation " +
    "where mod((ol_i_id * ol_w_id), 1300) = su_suppkey and su_nationkey = n_nationkey group by n_name order by total desc",
    "select o_ol_cnt, count(*) from oorder where not exists (select 1 from order_line where ol_o_id = o_id and " +
    "ol_w_id = o_w_id and ol_d_id = o_d_id and ol_delivery_d < o_entry_d) group by o_ol_cnt order by o_ol_cnt",
  ],
  tpcds: [
    "with paid as (select ss_customer_sk c, d_year y, sum(ss_net_paid) p from store_sales, date_dim " +
    "where ss_sold_date_sk = d_date_sk group by 1, 2) select a.c, a.p, b.p / a.p growth from paid a, paid b " +
    "where a.c = b.c and a.y = 2000 and b.y = 2001 and a.p > (select avg(p) * 1.2 from paid where y = a.y) " +
    "order by growth desc nulls last limit 30",
    "select i_category, i_class, sum(ws_net_profit) s, rank() over (partition by i_category order by sum(ws_net_profit)) r, " +
    "avg(sum(ws_net_profit)) over (partition by i_category) a from web_sales, item where ws_item_sk = i_item_sk " +
    "group by i_category, i_class order by 1, r, 2",
    "select c_last_name, count(*) n from customer where exists (select 1 from catalog_sales, date_dim where " +
    "cs_ship_customer_sk = c_customer_sk and cs_sold_date_sk = d_date_sk and d_date > cast('2001-06-01' as date)) and not " +
    "exists (select 1 from web_returns where wr_returning_customer_sk = c_customer_sk) group by 1 order by n desc, 1",
    "select s.d, ss, ws from (select d_date d, sum(ss_quantity) ss from store_sales join date_dim on d_date_sk = " +
    "ss_sold_date_sk where d_moy = 11 group by 1) s full join (select d_date d, sum(ws_quantity) ws from web_sales join " +
    "date_dim on d_date_sk = ws_sold_date_sk where d_moy = 11 group by 1) w on s.d = w.d order by s.d, ws",
    "select i_item_id from item where i_current_price > 50 intersect select i_item_id from item, inventory where " +
    "inv_item_sk = i_item_sk and inv_quantity_on_hand is null order by 1",
  ],
};

for (const suite of SUITES) {
  Deno.test(`the Arrow executor answers statements in the manner of ${suite.name} as libSQL does`, async (t) => {
    const scratch = await mkdtemp(join(tmpdir(), "rhei-suites-"));
    try {
      const oltpPath = join(scratch, "suite.db");
      buildSuite(suite, oltpPath, 1, 1);
      const olap = { backend: "arrow", path: ":memory:" } as const;
      await using engine = await HtapEngine.open({ oltpPath, olap, syncIntervalMs: 0, threads: 1 });
      for (const [at, sql] of STATEMENTS[suite.name]!.entries()) {
        await t.step(sql.slice(0, 60), async () => {
          const lines = await runStatement(engine, sql, at + 1);
          for (const line of lines) assert.notEqual(line.verdict, "differs", line.reason);
          const last = lines.at(-1)!;
          assert.equal(last.verdict, "equal", last.reason);
          assert.ok(last.rows > 0);
        });
      }
    } finally {
      await rm(scratch, { recursive: true });
    }
  });
}
