import type { ExactValue } from "../../src/types/mod.ts";
import { ROWID_COLUMN } from "../../src/types/mod.ts";
import { Random } from "../fuzz/random.ts";
import { type ModelHistory, type ModelTable, randomHistory } from "./version_model.ts";

const CITIES = ["Berlin", "Oslo", "oslo", "São Paulo", "", "Rome"];

const maybe = (random: Random, value: ExactValue): ExactValue => random.int(0, 6) === 0 ? null : value;
const integer = (low: number, high: number) => (random: Random) => maybe(random, BigInt(random.int(low, high)));
const city = (random: Random) => maybe(random, CITIES[random.int(0, CITIES.length - 1)]!);

/** Orders, one column of which is gone by now. */
export const ORDERS: ModelTable = {
  name: "orders",
  id: 1,
  key: { kind: "rowid", alias: "id", accessName: "rowid" },
  columns: [
    { name: "id", type: "INTEGER", class: "integer", value: () => null },
    { name: "city", type: "TEXT", class: "text", value: city },
    { name: "code", type: "TEXT", class: "text", collation: "NOCASE", value: city },
    { name: "qty", type: "INTEGER", class: "integer", value: integer(-5, 40) },
    { name: "total", type: "REAL", class: "real", value: (random) => maybe(random, random.int(-900, 900) / 8) },
    {
      name: "rate",
      type: "NUMERIC",
      class: "number",
      value: (random) => maybe(random, random.int(0, 1) === 0 ? BigInt(random.int(0, 9)) : random.int(0, 9) + 0.5),
    },
    { name: "note", type: "TEXT", class: "text", dropped: true, value: city },
  ],
};

const STOCK: ModelTable = {
  name: "stock",
  id: 2,
  key: { kind: "primaryKey", columns: ["city", "item"] },
  columns: [
    { name: "city", type: "TEXT", class: "text", value: () => null },
    { name: "item", type: "INTEGER", class: "integer", value: () => null },
    { name: "qty", type: "INTEGER", class: "integer", value: integer(0, 9) },
    { name: "data", type: "BLOB", class: "blob", value: (random) => maybe(random, new Uint8Array([random.int(0, 3)])) },
  ],
};

/** A table without a primary key. */
const EVENTS: ModelTable = {
  name: "events",
  id: 3,
  key: { kind: "rowid", alias: null, accessName: "rowid" },
  columns: [
    { name: ROWID_COLUMN, type: "INTEGER", class: "integer", value: () => null },
    { name: "kind", type: "TEXT", class: "text", value: city },
    { name: "qty", type: "INTEGER", class: "integer", value: integer(0, 20) },
  ],
};

/** Transactions made in {@linkcode shopHistories}. */
export const TRANSACTIONS = 60;

/** Histories of three tables, one of each kind of key. */
export function shopHistories(seed: number): ModelHistory[] {
  const random = new Random(seed);
  const single = Array.from({ length: 25 }, (_, at): ExactValue[] => [BigInt(at + 1)]);
  const pairs = ["Berlin", "Oslo", "Rome"].flatMap((name) => [1n, 2n, 3n].map((item): ExactValue[] => [name, item]));
  return [
    randomHistory(ORDERS, single, TRANSACTIONS, random),
    randomHistory(STOCK, pairs, TRANSACTIONS, random),
    randomHistory(EVENTS, single.slice(0, 12), TRANSACTIONS, random),
  ];
}
