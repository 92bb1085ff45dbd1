import { freshnessTable } from "./dataset.ts";

const JOINS = {
  dates: "lo_orderdate = d_datekey",
  customer: "lo_custkey = c_custkey",
  supplier: "lo_suppkey = s_suppkey",
  part: "lo_partkey = p_partkey",
} as const;

/** A query over the fact table and some of its dimensions. */
function star(
  select: string,
  dimensions: readonly (keyof typeof JOINS)[],
  where: string,
  groupBy: string,
  orderBy: string = groupBy,
): string {
  const grouping = groupBy === "" ? "" : ` group by ${groupBy} order by ${orderBy}`;
  return `select ${select} from lineorder, ${dimensions.join(", ")} where ${
    dimensions.map((dimension) => JOINS[dimension]).join(" and ")
  } and ${where}${grouping}`;
}

function discounted(where: string): string {
  return star("sum(lo_extendedprice * lo_discount) as revenue", ["dates"], where, "");
}

function brands(where: string): string {
  const select = "sum(lo_revenue) as revenue, d_year, p_brand";
  return star(select, ["dates", "part", "supplier"], where, "d_year, p_brand");
}

function places(level: "nation" | "city", where: string): string {
  const keys = `c_${level}, s_${level}, d_year`;
  const order = `d_year, revenue desc, c_${level}, s_${level}`;
  return star(`${keys}, sum(lo_revenue) as revenue`, ["customer", "supplier", "dates"], where, keys, order);
}

function profits(keys: string, where: string): string {
  const select = `${keys}, sum(lo_revenue - lo_supplycost) as profit`;
  return star(select, ["dates", "customer", "supplier", "part"], where, keys);
}

const CITIES = "c_city in ('UNITED KI1', 'UNITED KI5') and s_city in ('UNITED KI1', 'UNITED KI5')";
const AMERICAS = "c_region = 'AMERICA' and s_region = 'AMERICA'";

/** The thirteen queries of the star schema benchmark. */
export const STAR_QUERIES: readonly { readonly name: string; readonly sql: string }[] = [
  { name: "Q1.1", sql: discounted("d_year = 1993 and lo_discount between 1 and 3 and lo_quantity < 25") },
  {
    name: "Q1.2",
    sql: discounted("d_yearmonthnum = 199401 and lo_discount between 4 and 6 and lo_quantity between 26 and 35"),
  },
  {
    name: "Q1.3",
    sql: discounted(
      "d_weeknuminyear = 6 and d_year = 1994 and lo_discount between 5 and 7 and lo_quantity between 26 and 35",
    ),
  },
  { name: "Q2.1", sql: brands("p_category = 'MFGR#12' and s_region = 'AMERICA'") },
  { name: "Q2.2", sql: brands("p_brand between 'MFGR#2221' and 'MFGR#2228' and s_region = 'ASIA'") },
  { name: "Q2.3", sql: brands("p_brand = 'MFGR#2239' and s_region = 'EUROPE'") },
  {
    name: "Q3.1",
    sql: places("nation", "c_region = 'ASIA' and s_region = 'ASIA' and d_year between 1992 and 1997"),
  },
  {
    name: "Q3.2",
    sql: places(
      "city",
      "c_nation = 'UNITED STATES' and s_nation = 'UNITED STATES' and d_year between 1992 and 1997",
    ),
  },
  { name: "Q3.3", sql: places("city", `${CITIES} and d_year between 1992 and 1997`) },
  { name: "Q3.4", sql: places("city", `${CITIES} and d_yearmonth = 'Dec1997'`) },
  { name: "Q4.1", sql: profits("d_year, c_nation", `${AMERICAS} and p_mfgr in ('MFGR#1', 'MFGR#2')`) },
  {
    name: "Q4.2",
    sql: profits(
      "d_year, s_nation, p_category",
      `${AMERICAS} and d_year in (1997, 1998) and p_mfgr in ('MFGR#1', 'MFGR#2')`,
    ),
  },
  {
    name: "Q4.3",
    sql: profits(
      "d_year, s_city, p_brand",
      "s_nation = 'UNITED STATES' and d_year in (1997, 1998) and p_category = 'MFGR#14'",
    ),
  },
];

/**
 * A query that also tells, in its first `clients` columns, the last transaction of each client that it sees. An outer join: a query
 * that finds nothing still gives one row that tells so.
 */
export function withFreshness(sql: string, clients: number): string {
  const seen = Array.from(
    { length: clients },
    (_, at) => `(select f_txn from ${freshnessTable(at + 1)}) as seen_${at + 1}`,
  );
  return `select * from (select ${seen.join(", ")}) as seen left join (${sql}) as answer on true`;
}
