import { literalOf } from "../fuzz/values.ts";
import { Random } from "../fuzz/random.ts";
import type { ExactValue } from "../../src/types/mod.ts";

/** Rows of the largest table; the others follow from it. */
const LINES = 3_000;

const NATIONS = ["Austria", "Brazil", "Chad", "Denmark", "Egypt", "Fiji", "Ghana", "Haiti"];
const CONTINENTS = ["Europe", "America", "Africa", "Europe", "Africa", "Oceania", "Africa", "America"];
const MATERIALS = ["steel", "brass", "copper", "tin", "nickel"];
const FINISHES = ["polished", "brushed", "plated", "raw"];
const SHAPES = ["bolt", "gear", "pipe", "ring", "plate", "valve"];
const SEGMENTS = ["retail", "industry", "public", "export"];
const MODES = ["ship", "rail", "truck", "air", "courier"];
const AGENTS = ["Firefox", "Chrome", "Safari", "curl"];
const PHRASES = [
  "mint",
  "tea kettle",
  "Brass Bolt",
  "copper pipe",
  "späte lieferung",
  "",
  "50% off",
  "ring_of_steel",
  "日本",
];

/** The tables of a small wholesale shop with a web site: a star around lines of purchases, and one wide table of page visits. */
const SHOP_TABLES: readonly string[] = [
  "CREATE TABLE nation (nation_id INTEGER PRIMARY KEY, name TEXT NOT NULL, continent TEXT NOT NULL)",
  "CREATE TABLE vendor (vendor_id INTEGER PRIMARY KEY, name TEXT NOT NULL, nation_id INTEGER NOT NULL, balance REAL)",
  "CREATE TABLE part (part_id INTEGER PRIMARY KEY, label VARCHAR(40) NOT NULL, category TEXT, size INTEGER, list_price DECIMAL(10,2))",
  "CREATE TABLE offer (part_id INTEGER NOT NULL, vendor_id INTEGER NOT NULL, stock INTEGER, cost REAL, PRIMARY KEY (part_id, vendor_id)) WITHOUT ROWID",
  "CREATE TABLE shopper (shopper_id INTEGER PRIMARY KEY, name TEXT, nation_id INTEGER, segment CHAR(10), phone TEXT, credit REAL)",
  "CREATE TABLE purchase (purchase_id INTEGER PRIMARY KEY, shopper_id INTEGER, placed DATE NOT NULL, status CHAR(1), priority TEXT, remark TEXT)",
  "CREATE TABLE line (purchase_id INTEGER NOT NULL, line_no INTEGER NOT NULL, part_id INTEGER, vendor_id INTEGER, quantity INTEGER, price REAL, discount REAL, " +
  "tax REAL, shipped DATE, promised DATE, received DATE, mode TEXT, PRIMARY KEY (purchase_id, line_no))",
  "CREATE TABLE visit (visit_id INTEGER PRIMARY KEY, at DATETIME, url TEXT, phrase TEXT, user_hash BIGINT, width INTEGER, agent TEXT, refresh BOOLEAN, ms REAL)",
];

function day(random: Random, from: number, spanDays: number): string {
  return new Date(Date.UTC(from, 0, 1) + random.int(0, spanDays) * 86_400_000).toISOString().slice(0, 10);
}

function later(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Money with two decimals. */
function money(random: Random, low: number, high: number): number {
  return random.int(low * 100, high * 100) / 100;
}

type Rows = Map<string, ExactValue[][]>;

function addDimensions(rows: Rows, random: Random): void {
  rows.set("nation", NATIONS.map((name, i) => [BigInt(i), name, CONTINENTS[i]!]));
  const nation = (): bigint => BigInt(random.int(0, NATIONS.length - 1));
  rows.set(
    "vendor",
    Array.from({ length: 12 }, (_, i) => [BigInt(i + 1), `Vendor#${i + 1}`, nation(), money(random, -500, 9000)]),
  );
  rows.set(
    "part",
    Array.from({ length: 60 }, (_, i) => {
      const label = `${random.pick(FINISHES)} ${random.pick(MATERIALS)} ${random.pick(SHAPES)}`;
      const price = random.chance(0.5) ? BigInt(random.int(5, 900)) : random.int(5, 900) + 0.25;
      return [
        BigInt(i + 1),
        label,
        random.chance(0.05) ? null : `Brand#${random.int(1, 5)}`,
        BigInt(random.int(1, 20)),
        price,
      ];
    }),
  );
  rows.set(
    "shopper",
    Array.from({ length: 90 }, (_, i) => {
      const phone = `${random.int(10, 18)}-${random.int(100, 999)}`;
      return [
        BigInt(i + 1),
        `Shopper ${i + 1}`,
        nation(),
        random.pick(SEGMENTS),
        phone,
        random.chance(0.1) ? null : money(random, -900, 9000),
      ];
    }),
  );
  rows.set(
    "offer",
    Array.from({ length: 60 }, (_, part) =>
      random.sample([...Array(12).keys()], random.int(1, 4))
        .map((vendor) => [BigInt(part + 1), BigInt(vendor + 1), BigInt(random.int(0, 500)), money(random, 1, 600)]))
      .flat(),
  );
}

function lineOf(purchase: bigint, no: number, placed: string, random: Random): ExactValue[] {
  const shipped = later(placed, random.int(1, 90));
  return [
    purchase,
    BigInt(no),
    BigInt(random.int(1, 60)),
    BigInt(random.int(1, 12)),
    BigInt(random.int(1, 50)),
    money(random, 5, 5000),
    random.int(0, 10) / 100,
    random.int(0, 8) / 100,
    random.chance(0.04) ? null : shipped,
    later(placed, random.int(20, 80)),
    later(shipped, random.int(1, 30)),
    random.pick(MODES),
  ];
}

function addFacts(rows: Rows, random: Random): void {
  const purchases: ExactValue[][] = [];
  const lines: ExactValue[][] = [];
  while (lines.length < LINES) {
    const id = BigInt(purchases.length * 3 + 1);
    const placed = day(random, 2021, 3 * 365);
    const remark = random.chance(0.2)
      ? "special packaging requests"
      : random.pick(["", "none", "call before delivery"]);
    // A third of the shoppers never buys.
    const shopper = BigInt(random.int(1, 30) * 3 - random.int(0, 1));
    purchases.push([id, shopper, placed, random.pick(["O", "F", "P"]), `${random.int(1, 5)}-PRIORITY`, remark]);
    for (let no = 1; no <= random.int(1, 7); no++) lines.push(lineOf(id, no, placed, random));
  }
  rows.set("purchase", purchases);
  rows.set("line", lines);
  rows.set(
    "visit",
    Array.from({ length: 2_500 }, (_, i) => {
      const clock = `${String(random.int(0, 23)).padStart(2, "0")}:${String(random.int(0, 59)).padStart(2, "0")}:00`;
      const url = `https://${random.pick(["shop", "www", "m"])}.example.org/${
        random.pick(["", "cart", "search", "part/7"])
      }?v=${random.int(0, 30)}`;
      return [
        BigInt(i + 1),
        `${day(random, 2024, 40)} ${clock}`,
        random.chance(0.02) ? "" : url,
        random.pick(PHRASES),
        BigInt(random.int(1, 200)) * 45_035_996_273_704_961n,
        BigInt(random.pick([0, 1024, 1366, 1920])),
        random.pick(AGENTS),
        BigInt(random.int(0, 1)),
        random.float() * 900,
      ];
    }),
  );
}

/** Set-up statements of the shop: always the same for a seed. */
export function shopScript(seed: number): string[] {
  const random = new Random(seed);
  const rows: Rows = new Map();
  addDimensions(rows, random);
  addFacts(rows, random);
  const script = [...SHOP_TABLES];
  for (const [table, all] of rows) {
    for (let start = 0; start < all.length; start += 250) {
      const tuples = all.slice(start, start + 250).map((row) => `(${row.map(literalOf).join(", ")})`);
      script.push(`INSERT INTO ${table} VALUES ${tuples.join(", ")}`);
    }
  }
  return script;
}
