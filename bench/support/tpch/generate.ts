import { Prose } from "./prose.ts";
import { Random } from "./random.ts";
import {
  COLOURS,
  CONTAINERS,
  INSTRUCTIONS,
  NATIONS,
  PART_TYPES,
  PRIORITIES,
  REGIONS,
  SEGMENTS,
  SHIP_MODES,
} from "./words.ts";

export type TpchTable = "region" | "nation" | "supplier" | "part" | "partsupp" | "customer" | "orders" | "lineitem";

/** In the order of the table's columns; integers, money and quantities are numbers. */
export type TpchRow = readonly (string | number)[];

/** Days that dates are made of: 1992-01-01 to 1998-12-31. */
const DAYS: readonly string[] = Array.from(
  { length: 2557 },
  (_, day) => new Date(Date.UTC(1992, 0, 1 + day)).toISOString().slice(0, 10),
);
/** Leaves room for 121 days until an order is shipped and 30 more until it is received. */
const LAST_ORDER_DAY = DAYS.length - 1 - 151;
/** The specification's today. */
const TODAY = DAYS.indexOf("1995-06-17");
const ADDRESS_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, ";
/** One supplier in as many complains, and the next one recommends. */
const REMARKS_APART = 2_000;
/** Orders have keys 1–8, 33–40, 65–72 …: the specification leaves three quarters free. */
const KEYS_USED = 8;
const KEYS_APART = 32;

const numbered = (name: string, key: number): string => `${name}#${String(key).padStart(9, "0")}`;

/**
 * Makes TPC-H's tables by the specification's rules (4.2.3): its keys, value ranges, distributions and text grammar, though not its
 * random numbers, so that queries select as many rows as they should and yet other ones. Rows of a scale are always the same.
 */
export class TpchGenerator {
  readonly #prose = new Prose(1);
  readonly #suppliers: number;
  readonly #parts: number;
  readonly #customers: number;
  readonly #orders: number;
  readonly #clerks: number;

  /** @param scale 1 for 1,500,000 orders; below about 0.01 some queries select nothing. */
  constructor(scale: number) {
    const scaled = (rows: number): number => Math.max(Math.round(rows * scale), 1);
    // Four suppliers of a part have to differ.
    this.#suppliers = Math.max(scaled(10_000), 8);
    this.#parts = scaled(200_000);
    this.#customers = Math.max(scaled(150_000), 3);
    this.#orders = scaled(1_500_000);
    this.#clerks = Math.max(scaled(1_000), 1_000);
  }

  /** Hands every row over, tables in the order of {@link TpchTable}, save that orders and their lines come in turns. */
  generate(sink: (table: TpchTable, row: TpchRow) => void): void {
    this.#places(sink);
    this.#makeSuppliers(sink);
    this.#makeParts(sink);
    this.#makeCustomers(sink);
    const random = new Random(6);
    for (let order = 0; order < this.#orders; order++) this.#makeOrder(order, random, sink);
  }

  #places(sink: (table: TpchTable, row: TpchRow) => void): void {
    const random = new Random(2);
    REGIONS.forEach((name, key) => sink("region", [key, name, this.#prose.piece(random, 31, 115)]));
    NATIONS.forEach(([name, region], key) => sink("nation", [key, name, region, this.#prose.piece(random, 31, 114)]));
  }

  #makeSuppliers(sink: (table: TpchTable, row: TpchRow) => void): void {
    const random = new Random(3);
    for (let key = 1; key <= this.#suppliers; key++) {
      const nation = random.below(NATIONS.length);
      let comment = this.#prose.piece(random, 25, 100);
      const remark = (key - 1) % REMARKS_APART;
      if (remark < 2) comment = remarked(comment, remark === 0 ? "Complaints" : "Recommends", random);
      const balance = random.between(-99_999, 999_999) / 100;
      sink("supplier", [
        key,
        numbered("Supplier", key),
        address(random),
        nation,
        phone(nation, random),
        balance,
        comment,
      ]);
    }
  }

  #makeParts(sink: (table: TpchTable, row: TpchRow) => void): void {
    const random = new Random(4);
    for (let key = 1; key <= this.#parts; key++) {
      const manufacturer = random.between(1, 5);
      sink("part", [
        key,
        partName(random),
        `Manufacturer#${manufacturer}`,
        `Brand#${manufacturer}${random.between(1, 5)}`,
        random.pick(PART_TYPES),
        random.between(1, 50),
        random.pick(CONTAINERS),
        retailCents(key) / 100,
        this.#prose.piece(random, 5, 22),
      ]);
      for (let i = 0; i < 4; i++) {
        const comment = this.#prose.piece(random, 49, 198);
        const cost = random.between(100, 100_000) / 100;
        sink("partsupp", [key, this.#supplierOf(key, i), random.between(1, 9_999), cost, comment]);
      }
    }
  }

  #makeCustomers(sink: (table: TpchTable, row: TpchRow) => void): void {
    const random = new Random(5);
    for (let key = 1; key <= this.#customers; key++) {
      const nation = random.below(NATIONS.length);
      sink("customer", [
        key,
        numbered("Customer", key),
        address(random),
        nation,
        phone(nation, random),
        random.between(-99_999, 999_999) / 100,
        random.pick(SEGMENTS),
        this.#prose.piece(random, 29, 116),
      ]);
    }
  }

  #makeOrder(order: number, random: Random, sink: (table: TpchTable, row: TpchRow) => void): void {
    const key = Math.floor(order / KEYS_USED) * KEYS_APART + order % KEYS_USED + 1;
    const day = random.between(0, LAST_ORDER_DAY);
    const lines = random.between(1, 7);
    let totalCents = 0;
    let shipped = 0;
    for (let number = 1; number <= lines; number++) {
      const part = random.between(1, this.#parts);
      const quantity = random.between(1, 50);
      const cents = quantity * retailCents(part);
      const discount = random.between(0, 10);
      const tax = random.between(0, 8);
      const shipDay = day + random.between(1, 121);
      const receiptDay = shipDay + random.between(1, 30);
      totalCents += Math.floor(Math.floor(cents * (100 - discount) / 100) * (100 + tax) / 100);
      if (shipDay <= TODAY) shipped++;
      sink("lineitem", [
        key,
        part,
        this.#supplierOf(part, random.below(4)),
        number,
        quantity,
        cents / 100,
        discount / 100,
        tax / 100,
        receiptDay > TODAY ? "N" : random.pick(["R", "A"]),
        shipDay > TODAY ? "O" : "F",
        DAYS[shipDay]!,
        DAYS[day + random.between(30, 90)]!,
        DAYS[receiptDay]!,
        random.pick(INSTRUCTIONS),
        random.pick(SHIP_MODES),
        this.#prose.piece(random, 10, 43),
      ]);
    }
    sink("orders", [
      key,
      this.#customerWithOrders(random),
      shipped === lines ? "F" : shipped === 0 ? "O" : "P",
      totalCents / 100,
      DAYS[day]!,
      random.pick(PRIORITIES),
      numbered("Clerk", random.between(1, this.#clerks)),
      0,
      this.#prose.piece(random, 19, 78),
    ]);
  }

  /** The `i`th of four suppliers of a part. */
  #supplierOf(part: number, i: number): number {
    // The remainder keeps the four different where the specification's formula, made for scales from 1, would not.
    const turn = Math.floor((part - 1) / this.#suppliers) % Math.ceil(this.#suppliers / 12);
    const apart = Math.floor(this.#suppliers / 4) + turn;
    return (part + i * apart) % this.#suppliers + 1;
  }

  /** Every third customer never orders, and the one after it twice as often. */
  #customerWithOrders(random: Random): number {
    const key = random.between(1, this.#customers);
    if (key % 3 !== 0) return key;
    return key === this.#customers ? key - 1 : key + 1;
  }
}

function retailCents(part: number): number {
  return 90_000 + Math.floor(part / 10) % 20_001 + 100 * (part % 1_000);
}

function address(random: Random): string {
  let text = "";
  for (let left = random.between(10, 40); left > 0; left--) text += ADDRESS_CHARACTERS[random.below(64)];
  return text;
}

function phone(nation: number, random: Random): string {
  return `${nation + 10}-${random.between(100, 999)}-${random.between(100, 999)}-${random.between(1000, 9999)}`;
}

/** Five different words. */
function partName(random: Random): string {
  const words = new Set<string>();
  while (words.size < 5) words.add(random.pick(COLOURS));
  return [...words].join(" ");
}

/** `Customer … Complaints` somewhere in the comment. */
function remarked(comment: string, remark: string, random: Random): string {
  const text = `Customer ${comment.slice(0, random.below(6))}${remark}`;
  const start = random.below(Math.max(comment.length - text.length, 0) + 1);
  return comment.slice(0, start) + text + comment.slice(start + text.length);
}
