import {
  int,
  key,
  money,
  nullable,
  number,
  pick,
  type Suite,
  type SuiteTable,
  table,
  text,
  type Value,
  words,
} from "./suite_table.ts";

const WAREHOUSES = 4;
const ITEMS = 300;
const ORDERS = 120;
const CUSTOMERS = 60;
const DISTRICTS = 3;

function moment(row: number): string {
  return new Date(Date.UTC(2007, 0, 1, row % 24, row % 60) + row * 7_200_000).toISOString().slice(0, 19).replace(
    "T",
    " ",
  );
}

const NATION_NAMES = ["Germany", "Cambodia", "France", "Japan", "Brazil"];

/** A nation for each character a state may begin with, as the benchmark keys them. */
const nation = table("nation", 75, {
  n_nationkey: key(48),
  n_name: text((row) => row <= 40 ? NATION_NAMES[row % 5]! : `Nation ${row}`),
  n_regionkey: number("INTEGER", (row) => row % 5),
  n_comment: words(5),
});

const ORDER_LINE_TYPES: Readonly<Record<string, string>> = {
  ol_delivery_d: "TEXT",
  ol_dist_info: "TEXT",
  ol_amount: "REAL",
};

const orderLine: SuiteTable = {
  name: "order_line",
  typeOf: (column) => ORDER_LINE_TYPES[column] ?? "INTEGER",
  primaryKey: ["ol_w_id", "ol_d_id", "ol_o_id", "ol_number"],
  rows: (random, made) =>
    made.get("oorder")!.flatMap((order) =>
      Array.from({ length: Number(order["o_ol_cnt"]) }, (_, at): Record<string, Value> => ({
        ol_w_id: order["o_w_id"]!,
        ol_d_id: order["o_d_id"]!,
        ol_o_id: order["o_id"]!,
        ol_number: at + 1,
        ol_i_id: random.int(1, ITEMS),
        ol_supply_w_id: random.int(1, WAREHOUSES),
        ol_delivery_d: random.chance(0.1) ? null : moment(random.int(1, 20_000)),
        ol_quantity: random.int(1, 12),
        ol_amount: random.int(100, 999_999) / 100,
        ol_dist_info: "dist",
      }))
    ),
};

const perDistrict = (count: number): number => WAREHOUSES * DISTRICTS * count;

/** TPC-C's tables with TPC-H's suppliers, nations and regions. */
export const chbenchmark: Suite = {
  name: "chbenchmark",
  tables: [
    table("region", 5, {
      r_regionkey: key(0),
      r_name: text((row) => ["Europe", "Asia", "Africa", "America", "Oceania"][row - 1]!),
      r_comment: words(3),
    }),
    nation,
    table("supplier", 1300, {
      su_suppkey: key(0),
      su_name: text((row) => `Supplier#${row}`),
      su_address: words(3),
      su_nationkey: int(48, 122),
      su_phone: text((row) => `${10 + row % 80}-${row}`),
      su_acctbal: money(-900, 9999),
      su_comment: pick("a bad one", "good", "fine", "so bad"),
    }),
    table("item", ITEMS, {
      i_id: key(),
      i_im_id: int(1, 1000),
      i_name: text((row) => `item ${row % 200}`),
      i_price: money(1, 100),
      i_data: text((_, __, random) =>
        `${random.pick(["PR", "co", "zz", "ab"])}data${random.pick(["a", "b", "bb", "c", "o"])}`
      ),
    }),
    table("stock", WAREHOUSES * ITEMS, {
      s_w_id: number("INTEGER", (row) => Math.ceil(row / ITEMS)),
      s_i_id: number("INTEGER", (row) => (row - 1) % ITEMS + 1),
      s_quantity: int(10, 100),
      s_ytd: int(0, 500),
      s_order_cnt: int(0, 40),
      s_remote_cnt: int(0, 9),
      s_data: words(4),
    }, ["s_w_id", "s_i_id"]),
    table("customer", perDistrict(CUSTOMERS), {
      c_w_id: number("INTEGER", (row) => (row - 1) % WAREHOUSES + 1),
      c_d_id: number("INTEGER", (row) => Math.floor((row - 1) / WAREHOUSES) % DISTRICTS + 1),
      c_id: number("INTEGER", (row) => Math.floor((row - 1) / (WAREHOUSES * DISTRICTS)) + 1),
      c_first: words(1),
      c_last: pick("BARBAR", "OUGHT", "ABLE", "PRI", "PRES", "ESE", "ANTI", "CALLY"),
      c_city: words(2),
      c_state: text((_, __, random) => `${random.pick(["A", "B", "C", "0", "1", "x"])}${random.pick(["A", "z"])}`),
      c_phone: text((_, __, random) => String(random.int(1_000_000, 9_999_999))),
      c_balance: money(-100, 5000),
    }, ["c_w_id", "c_d_id", "c_id"]),
    table("oorder", perDistrict(ORDERS), {
      o_w_id: number("INTEGER", (row) => (row - 1) % WAREHOUSES + 1),
      o_d_id: number("INTEGER", (row) => Math.floor((row - 1) / WAREHOUSES) % DISTRICTS + 1),
      o_id: number("INTEGER", (row) => Math.floor((row - 1) / (WAREHOUSES * DISTRICTS)) + 1),
      o_c_id: int(1, CUSTOMERS - 10),
      o_entry_d: text((_, __, random) => moment(random.int(1, 12_000))),
      o_carrier_id: nullable(int(1, 10), 0.2),
      o_ol_cnt: int(3, 9),
    }, ["o_w_id", "o_d_id", "o_id"]),
    table("new_order", perDistrict(ORDERS / 4), {
      no_w_id: number("INTEGER", (row) => (row - 1) % WAREHOUSES + 1),
      no_d_id: number("INTEGER", (row) => Math.floor((row - 1) / WAREHOUSES) % DISTRICTS + 1),
      no_o_id: number("INTEGER", (row) => Math.floor((row - 1) / (WAREHOUSES * DISTRICTS)) + 1),
    }, ["no_w_id", "no_d_id", "no_o_id"]),
    orderLine,
  ],
  indexes: [],
};
