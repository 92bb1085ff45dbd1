import { int, key, number, pick, type Suite, table, text } from "./suite_table.ts";

const REGIONS = {
  AFRICA: ["ALGERIA", "ETHIOPIA", "KENYA", "MOROCCO", "MOZAMBIQUE"],
  AMERICA: ["ARGENTINA", "BRAZIL", "CANADA", "PERU", "UNITED STATES"],
  ASIA: ["INDIA", "INDONESIA", "JAPAN", "CHINA", "VIETNAM"],
  EUROPE: ["FRANCE", "GERMANY", "ROMANIA", "RUSSIA", "UNITED KINGDOM"],
  "MIDDLE EAST": ["EGYPT", "IRAN", "IRAQ", "JORDAN", "SAUDI ARABIA"],
} as const;
const NATIONS = Object.values(REGIONS).flat();
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(1992, 0, 1);
const DAYS = 2557;

function day(row: number): Date {
  return new Date(FIRST_DAY + (row - 1) * DAY_MS);
}

function dateKey(date: Date): number {
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
}

/** City, nation and region of a customer or supplier, cities weighted towards those the queries name. */
function place(prefix: string): Parameters<typeof table>[2] {
  return {
    [`${prefix}_nation`]: text((_, __, random) =>
      random.chance(0.4) ? random.pick(["UNITED STATES", "UNITED KINGDOM"]) : random.pick(NATIONS)
    ),
    [`${prefix}_region`]: text((_, values) =>
      Object.entries(REGIONS).find(([, nations]) => nations.some((nation) => nation === values[`${prefix}_nation`]))![0]
    ),
    [`${prefix}_city`]: text((_, values, random) =>
      `${String(values[`${prefix}_nation`]).slice(0, 9).padEnd(9)}${random.int(0, 9)}`
    ),
  };
}

const dates = table("dates", DAYS, {
  d_datekey: { type: "INTEGER PRIMARY KEY", value: ({ row }) => dateKey(day(row)) },
  d_date: text((row) => day(row).toISOString().slice(0, 10)),
  d_month: text((row) => MONTHS[day(row).getUTCMonth()]!),
  d_year: number("INTEGER", (row) => day(row).getUTCFullYear()),
  d_yearmonthnum: number("INTEGER", (row) => Math.floor(dateKey(day(row)) / 100)),
  d_yearmonth: text((row) => `${MONTHS[day(row).getUTCMonth()]}${day(row).getUTCFullYear()}`),
  d_daynuminweek: number("INTEGER", (row) => day(row).getUTCDay() + 1),
  d_daynuminmonth: number("INTEGER", (row) => day(row).getUTCDate()),
  d_daynuminyear: number("INTEGER", (row) => dayOfYear(day(row))),
  d_monthnuminyear: number("INTEGER", (row) => day(row).getUTCMonth() + 1),
  d_weeknuminyear: number("INTEGER", (row) => Math.ceil(dayOfYear(day(row)) / 7)),
});

const part = table("part", 800, {
  p_partkey: key(),
  p_name: text((row) => `part ${row}`),
  p_mfgr: text((_, __, random) => `MFGR#${random.int(1, 5)}`),
  p_category: text((_, values, random) => `${values["p_mfgr"]}${random.int(1, 5)}`),
  p_brand: text((_, values, random) => `${values["p_category"]}${random.int(1, 40)}`),
  p_color: pick("red", "green", "blue"),
  p_size: int(1, 50),
});

const lineorder = table("lineorder", (scale) => 20_000 * scale, {
  lo_orderkey: number("INTEGER", (row) => Math.ceil(row / 4)),
  lo_linenumber: number("INTEGER", (row) => (row - 1) % 4 + 1),
  lo_custkey: int(1, 600),
  lo_partkey: int(1, 800),
  lo_suppkey: int(1, 200),
  lo_orderdate: number("INTEGER", (_, __, random) => dateKey(day(random.int(1, DAYS)))),
  lo_orderpriority: pick("1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECI", "5-LOW"),
  lo_shippriority: int(0, 1),
  lo_quantity: int(1, 50),
  lo_extendedprice: int(90_000, 5_500_000),
  lo_ordtotalprice: int(90_000, 20_000_000),
  lo_discount: int(0, 10),
  lo_revenue: number(
    "INTEGER",
    (_, values) => Math.floor(Number(values["lo_extendedprice"]) * (100 - Number(values["lo_discount"])) / 100),
  ),
  lo_supplycost: int(50_000, 120_000),
  lo_tax: int(0, 8),
  lo_commitdate: number("INTEGER", (_, __, random) => dateKey(day(random.int(1, DAYS)))),
  lo_shipmode: pick("AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"),
}, ["lo_orderkey", "lo_linenumber"]);

/** The star schema benchmark. */
export const ssb: Suite = {
  name: "ssb",
  tables: [
    dates,
    part,
    table("supplier", 200, { s_suppkey: key(), s_name: text((row) => `Supplier#${row}`), ...place("s") }),
    table("customer", 600, {
      c_custkey: key(),
      c_name: text((row) => `Customer#${row}`),
      ...place("c"),
      c_mktsegment: pick("AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"),
    }),
    lineorder,
  ],
  indexes: [],
};
