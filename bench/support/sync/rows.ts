import type { Random } from "../tpch/random.ts";

/** A table of the bench; its first column is the key. */
export interface Shape {
  readonly name: string;
  /** Definitions of its columns. */
  readonly columns: string;
  readonly width: number;
  readonly insert: string;
  readonly update: string;
  readonly remove: string;
  /** The row with a key. */
  row(random: Random, key: number): (number | string)[];
}

function shape(
  name: string,
  columns: readonly string[],
  update: string,
  row: Shape["row"],
): Shape {
  return {
    name,
    columns: columns.join(", "),
    width: columns.length,
    insert: `INSERT INTO ${name} VALUES (${columns.map(() => "?").join(", ")})`,
    update: `UPDATE ${name} SET ${update} WHERE id = ?`,
    remove: `DELETE FROM ${name} WHERE id = ?`,
    row,
  };
}

function day(random: Random): string {
  return `199${2 + random.below(7)}-0${random.between(1, 9)}-${random.between(10, 28)}`;
}

const WORDS = "carefully final deposits sleep quickly among the ironic requests even packages haggle slyly bold".split(
  " ",
);

/** Five columns, as an application's table of orders has them. */
export const ORDERS: Shape = shape(
  "orders",
  ["id INTEGER PRIMARY KEY", "customer INTEGER", "status TEXT", "total REAL", "placed TEXT"],
  "total = total + 1, status = 'X'",
  (
    random,
    key,
  ) => [key, random.below(10_000), random.pick(["F", "O", "P"]), random.below(1e6) / 100 + 0.001, day(random)],
);

/** Four columns, one of them unique besides the key. */
export const CUSTOMERS: Shape = shape(
  "customers",
  ["id INTEGER PRIMARY KEY", "email TEXT UNIQUE", "name TEXT", "city TEXT"],
  "city = 'Bern'",
  (random, key) => [key, `${key}@example.com`, random.pick(WORDS), random.pick(["Basel", "Chur", "Genf", "Thun"])],
);

/** Seventeen columns, shaped like TPC-H's line items. */
export const LINES: Shape = shape(
  "lines",
  [
    ...["id INTEGER PRIMARY KEY", "order_id INTEGER", "part INTEGER", "supplier INTEGER", "line INTEGER"],
    ...["quantity INTEGER", "price REAL", "discount REAL", "tax REAL", "flag TEXT", "status TEXT", "shipped TEXT"],
    ...["committed TEXT", "received TEXT", "instruction TEXT", "mode TEXT", "remark TEXT"],
  ],
  "quantity = quantity + 1, remark = 'changed'",
  (random, key) => [
    ...[key, key >> 2, random.below(200_000), random.below(10_000), key & 3, random.between(1, 50)],
    ...[random.below(1e7) / 100 + 0.001, random.below(11) / 100 + 0.0001, random.below(9) / 100 + 0.0001],
    ...[random.pick(["A", "N", "R"]), random.pick(["F", "O"]), day(random), day(random), day(random)],
    ...[random.pick(["DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"])],
    ...[random.pick(["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"])],
    Array.from({ length: random.between(3, 6) }, () => random.pick(WORDS)).join(" "),
  ],
);
