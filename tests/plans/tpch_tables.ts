import type { AnalysisCatalog } from "../../src/sql/mod.ts";
import type { ExactValue } from "../../src/types/mod.ts";
import type { ColumnStatistics, PlanStatistics } from "../../src/olap/arrow/optimizer/statistics.ts";

/** The tables of TPC-H, as an application would declare them. */
export const TPCH_SCHEMA = `
  create table region(r_regionkey integer primary key, r_name text);
  create table nation(n_nationkey integer primary key, n_name text, n_regionkey integer);
  create table supplier(s_suppkey integer primary key, s_name text, s_address text, s_nationkey integer, s_phone text,
    s_acctbal real, s_comment text);
  create table part(p_partkey integer primary key, p_name text, p_mfgr text, p_brand text, p_type text, p_size integer,
    p_container text);
  create table partsupp(ps_partkey integer, ps_suppkey integer, ps_availqty integer, ps_supplycost real,
    primary key(ps_partkey, ps_suppkey));
  create table customer(c_custkey integer primary key, c_name text, c_address text, c_nationkey integer, c_phone text,
    c_acctbal real, c_mktsegment text, c_comment text);
  create table orders(o_orderkey integer primary key, o_custkey integer, o_orderstatus text, o_totalprice real,
    o_orderdate text, o_orderpriority text, o_shippriority integer, o_comment text);
  create table lineitem(l_orderkey integer, l_partkey integer, l_suppkey integer, l_linenumber integer, l_quantity real,
    l_extendedprice real, l_discount real, l_tax real, l_returnflag text, l_linestatus text, l_shipdate text,
    l_commitdate text, l_receiptdate text, l_shipinstruct text, l_shipmode text, primary key(l_orderkey, l_linenumber));
`;

const ROWS: Readonly<Record<string, number>> = {
  region: 5,
  nation: 25,
  supplier: 10_000,
  part: 200_000,
  partsupp: 800_000,
  customer: 150_000,
  orders: 1_500_000,
  lineitem: 6_000_000,
};

/** Distinct values of keys by the end of the column's name, and of other columns by their name. */
const DISTINCT: Readonly<Record<string, number>> = {
  regionkey: 5,
  nationkey: 25,
  suppkey: 10_000,
  partkey: 200_000,
  custkey: 150_000,
  orderkey: 1_500_000,
  r_name: 5,
  n_name: 25,
  p_brand: 25,
  p_type: 150,
  p_size: 50,
  p_container: 40,
  c_mktsegment: 5,
  o_orderstatus: 3,
  o_orderpriority: 5,
  l_quantity: 50,
  l_discount: 11,
  l_returnflag: 3,
  l_shipinstruct: 4,
  l_shipmode: 7,
};

const SAMPLE_ROWS = 336;

/** Dates of 84 months, in the order of the sample's rows; the three of a line item lie days apart. */
function dateAt(row: number, days: number): string {
  const month = (row * 25) % 84;
  const day = 1 + ((row * 7 + days) % 28);
  return `${1992 + Math.floor(month / 12)}-${String(1 + (month % 12)).padStart(2, "0")}-${
    String(day).padStart(2, "0")
  }`;
}

const DATES: Readonly<Record<string, number>> = { o_orderdate: 0, l_shipdate: 3, l_commitdate: 9, l_receiptdate: 14 };

/** Pinned statistics of about scale factor 1, so that plans change only with the planner. */
export function tpchStatistics(catalog: AnalysisCatalog): PlanStatistics {
  return {
    table(name) {
      const rows = ROWS[name.toLowerCase()]!;
      const { columns } = catalog.table(name)!;
      return {
        rows,
        columns: columns.map((column): ColumnStatistics => {
          const known = DISTINCT[column.name] ?? DISTINCT[column.name.replace(/^[a-z]+_/, "")];
          const range = column.class === "text" ? null : { least: 0, most: column.name === "p_size" ? 50 : rows };
          return { distinct: Math.min(known ?? rows, rows), nulls: 0, range };
        }),
        sample(index): readonly ExactValue[] {
          const days = DATES[columns[index]!.name];
          return days === undefined ? [] : Array.from({ length: SAMPLE_ROWS }, (_, row) => dateAt(row, days));
        },
      };
    },
  };
}
