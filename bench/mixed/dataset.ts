import Database from "libsql";
import { Random } from "../support/tpch/random.ts";

/** Sizes of the tables at scale 1, as the star schema benchmark has them. */
const ROWS = { customer: 30_000, supplier: 2_000, part: 200_000, lineorder: 6_000_000 } as const;

const REGIONS = {
  AFRICA: ["ALGERIA", "ETHIOPIA", "KENYA", "MOROCCO", "MOZAMBIQUE"],
  AMERICA: ["ARGENTINA", "BRAZIL", "CANADA", "PERU", "UNITED STATES"],
  ASIA: ["CHINA", "INDIA", "INDONESIA", "JAPAN", "VIETNAM"],
  EUROPE: ["FRANCE", "GERMANY", "ROMANIA", "RUSSIA", "UNITED KINGDOM"],
  "MIDDLE EAST": ["EGYPT", "IRAN", "IRAQ", "JORDAN", "SAUDI ARABIA"],
} as const;
const PLACES = Object.entries(REGIONS).flatMap(([region, nations]) => nations.map((nation) => ({ region, nation })));
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const COLOURS = ["almond", "azure", "blush", "coral", "green", "ivory", "khaki", "linen", "navy", "plum", "sienna"];
const CONTAINERS = ["SM BOX", "LG CASE", "MED BAG", "JUMBO PKG", "WRAP DRUM"];
const SEGMENTS = ["AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"];
export const PRIORITIES = ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECI", "5-LOW"];
export const SHIP_MODES = ["AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"];

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(1992, 0, 1);
const DAYS = 2557;

/** The schema: the star schema benchmark's, with what the transactions need (prices, payments, a history, names that are looked up). */
const TABLES = `
  CREATE TABLE dates (d_datekey INTEGER PRIMARY KEY, d_date TEXT, d_month TEXT, d_year INTEGER, d_yearmonthnum INTEGER,
    d_yearmonth TEXT, d_daynuminweek INTEGER, d_daynuminmonth INTEGER, d_daynuminyear INTEGER, d_monthnuminyear INTEGER,
    d_weeknuminyear INTEGER);
  CREATE TABLE part (p_partkey INTEGER PRIMARY KEY, p_name TEXT, p_mfgr TEXT, p_category TEXT, p_brand TEXT, p_color TEXT,
    p_size INTEGER, p_container TEXT, p_price INTEGER);
  CREATE TABLE supplier (s_suppkey INTEGER PRIMARY KEY, s_name TEXT, s_city TEXT, s_nation TEXT, s_region TEXT, s_ytd INTEGER);
  CREATE TABLE customer (c_custkey INTEGER PRIMARY KEY, c_name TEXT, c_city TEXT, c_nation TEXT, c_region TEXT,
    c_mktsegment TEXT, c_paymentcnt INTEGER);
  CREATE TABLE lineorder (lo_orderkey INTEGER, lo_linenumber INTEGER, lo_custkey INTEGER, lo_partkey INTEGER,
    lo_suppkey INTEGER, lo_orderdate INTEGER, lo_orderpriority TEXT, lo_shippriority INTEGER, lo_quantity INTEGER,
    lo_extendedprice INTEGER, lo_discount INTEGER, lo_revenue INTEGER, lo_supplycost INTEGER, lo_tax INTEGER,
    lo_commitdate INTEGER, lo_shipmode TEXT, PRIMARY KEY (lo_orderkey, lo_linenumber));
  CREATE TABLE history (h_id INTEGER PRIMARY KEY, h_orderkey INTEGER, h_custkey INTEGER, h_amount INTEGER);`;
const INDEXES = `
  CREATE INDEX customer_by_name ON customer (c_name);
  CREATE INDEX supplier_by_name ON supplier (s_name);
  CREATE INDEX dates_by_date ON dates (d_date);
  CREATE INDEX lineorder_by_customer ON lineorder (lo_custkey);`;

/** How many rows there are to pick from, and where new orders begin. Amounts are whole cents, so that sums are exact. */
export interface Dataset {
  readonly customers: number;
  readonly suppliers: number;
  readonly parts: number;
  readonly lines: number;
  /** The first order key that is free. */
  readonly nextOrder: number;
}

/** Sizes at a scale. Dimensions shrink less than facts: the queries pick one city in 250, and should find some. */
export function datasetOf(scale: number): Dataset {
  const dimension = (rows: number) => Math.round(rows * Math.min(1, Math.max(scale, 0.2)));
  const lines = Math.max(400, Math.round(ROWS.lineorder * scale));
  return {
    customers: dimension(ROWS.customer),
    suppliers: dimension(ROWS.supplier),
    parts: dimension(ROWS.part),
    lines,
    nextOrder: Math.ceil(lines / 4) + 1,
  };
}

export function customerName(key: number): string {
  return `Customer#${String(key).padStart(9, "0")}`;
}

export function supplierName(key: number): string {
  return `Supplier#${String(key).padStart(9, "0")}`;
}

/** A day of the calendar as `dates` names it. */
export function anyDay(random: Random): string {
  return dateText(random.below(DAYS));
}

/** The table in which a transactional client, counted from 1, leaves the number of its last transaction. */
export function freshnessTable(client: number): string {
  return `freshness_${client}`;
}

/**
 * Writes the database into a new file; the same scale gives the same rows.
 *
 * @param clientsMax The most transactional clients there will be: each has a freshness table.
 */
export function writeDataset(path: string, dataset: Dataset, clientsMax: number): void {
  const database = new Database(path);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
    database.exec(TABLES);
    const fill = (table: string, count: number, rowOf: (key: number) => readonly (number | string)[]) => {
      const insert = database.prepare(`INSERT INTO ${table} VALUES (${rowOf(1).map(() => "?").join(", ")})`);
      database.exec("BEGIN");
      for (let key = 1; key <= count; key++) insert.run(rowOf(key));
      database.exec("COMMIT");
    };
    fill("dates", DAYS, (key) => dateRow(key - 1));
    fillStars(fill, dataset, new Random(1));
    const random = new Random(2);
    fill("lineorder", dataset.lines, (row) => [
      ...[Math.ceil(row / 4), (row - 1) % 4 + 1],
      ...lineValues(random, dataset),
    ]);
    for (let client = 1; client <= clientsMax; client++) {
      database.exec(`CREATE TABLE ${freshnessTable(client)} (f_client INTEGER PRIMARY KEY, f_txn INTEGER);
        INSERT INTO ${freshnessTable(client)} VALUES (${client}, 0)`);
    }
    database.exec(INDEXES);
    database.exec("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    database.close();
  }
}

function fillStars(
  fill: (table: string, count: number, rowOf: (key: number) => readonly (number | string)[]) => void,
  { parts, suppliers, customers }: Dataset,
  random: Random,
): void {
  const place = () => {
    const { region, nation } = random.pick(PLACES);
    return [`${nation.slice(0, 9).padEnd(9)}${random.below(10)}`, nation, region];
  };
  fill("part", parts, (key) => {
    const maker = `MFGR#${random.between(1, 5)}`;
    const category = `${maker}${random.between(1, 5)}`;
    const brand = `${category}${random.between(1, 40)}`;
    const name = `${random.pick(COLOURS)} ${random.pick(COLOURS)}`;
    const price = 90_000 + key * 10 % 20_001 + 100 * (key % 1_000);
    const [colour, size, container] = [random.pick(COLOURS), random.between(1, 50), random.pick(CONTAINERS)];
    return [key, name, maker, category, brand, colour, size, container, price];
  });
  fill("supplier", suppliers, (key) => [key, supplierName(key), ...place(), 0]);
  fill("customer", customers, (key) => [key, customerName(key), ...place(), random.pick(SEGMENTS), 0]);
}

function lineValues(random: Random, { customers, parts, suppliers }: Dataset): (number | string)[] {
  const price = random.between(90_000, 5_500_000);
  const discount = random.below(11);
  return [
    ...[random.between(1, customers), random.between(1, parts), random.between(1, suppliers)],
    ...[dateKey(random.below(DAYS)), random.pick(PRIORITIES), random.below(2), random.between(1, 50)],
    ...[price, discount, Math.floor(price * (100 - discount) / 100), random.between(50_000, 120_000)],
    ...[random.below(9), dateKey(random.below(DAYS)), random.pick(SHIP_MODES)],
  ];
}

function dateOf(day: number): Date {
  return new Date(FIRST_DAY + day * DAY_MS);
}

function dateKey(day: number): number {
  const date = dateOf(day);
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

function dateText(day: number): string {
  const date = dateOf(day);
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
}

function dateRow(day: number): (number | string)[] {
  const date = dateOf(day);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  const dayOfYear = Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / DAY_MS) + 1;
  return [
    ...[dateKey(day), dateText(day), MONTHS[month - 1]!, year, year * 100 + month, `${MONTHS[month - 1]}${year}`],
    ...[date.getUTCDay() + 1, date.getUTCDate(), dayOfYear, month, Math.ceil(dayOfYear / 7)],
  ];
}
