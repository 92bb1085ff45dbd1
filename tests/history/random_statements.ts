import type { Random } from "../fuzz/random.ts";
import { TRANSACTIONS } from "./shop_history.ts";

/** Columns of the shop's tables, by what they hold. */
const TABLES = {
  orders: { numbers: ["id", "qty", "total", "rate"], texts: ["city"], key: "id" },
  stock: { numbers: ["item", "qty"], texts: ["city"], key: "item" },
  events: { numbers: ["qty"], texts: ["kind"], key: "qty" },
} as const;

type Name = keyof typeof TABLES;

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.int(0, items.length - 1)]!;
}

function reference(random: Random, table: Name, alias: string): string {
  const time = () => random.int(0, 2 * TRANSACTIONS + 2) / 2;
  switch (random.int(0, 4)) {
    case 0:
      return `{${table}} ${alias}`;
    case 1:
      return `{${table} all} ${alias}`;
    case 2:
      return `{${table} ${time()}..${time()}} ${alias}`;
    default:
      return `{${table} at ${time()}} ${alias}`;
  }
}

function condition(random: Random, table: Name, alias: string): string {
  const { numbers, texts, key } = TABLES[table];
  switch (random.int(0, 5)) {
    case 0:
      return `${alias}.${pick(random, texts)} = '${pick(random, ["Oslo", "Berlin", "", "nowhere"])}'`;
    case 1:
      return `${alias}.${pick(random, texts)} is ${pick(random, ["null", "not null"])}`;
    case 2:
      return `${alias}.${key} between ${random.int(0, 10)} and ${random.int(5, 25)}`;
    case 3:
      return `(${condition(random, table, alias)} or ${condition(random, table, alias)})`;
    case 4:
      return `not (${condition(random, table, alias)})`;
    default:
      return `${alias}.${pick(random, numbers)} ${pick(random, ["<", ">=", "<>", "="])} ${random.int(-2, 20)}`;
  }
}

function aggregates(random: Random, table: Name, alias: string): string {
  const number = () => `${alias}.${pick(random, TABLES[table].numbers)}`;
  const text = () => `${alias}.${pick(random, TABLES[table].texts)}`;
  const all = [
    () => "count(*)",
    () => `count(${number()})`,
    () => `sum(${number()})`,
    () => `min(${number()})`,
    () => `max(${text()})`,
    () => `avg(${number()})`,
    () => `count(distinct ${text()})`,
  ];
  return Array.from({ length: random.int(1, 3) }, (_, at) => `${pick(random, all)()} as a${at}`).join(", ");
}

function shown(table: Name, alias: string): string {
  const { numbers, texts } = TABLES[table];
  return [...numbers, ...texts].map((name) => `${alias}.${name}`).join(", ");
}

/** A statement over present rows and versions of one table or several, with references as those of the written statements. */
export function randomStatement(random: Random): string {
  const [table, other] = [pick(random, Object.keys(TABLES) as Name[]), pick(random, Object.keys(TABLES) as Name[])];
  const from = reference(random, table, "a");
  const where = condition(random, table, "a");
  const text = pick(random, TABLES[table].texts);
  switch (random.int(0, 7)) {
    case 0:
      return `select * from ${from} where ${where}`;
    case 1:
      return `select ${aggregates(random, table, "a")} from ${from} where ${where}`;
    case 2:
      return `select a.${text}, ${aggregates(random, table, "a")} from ${from} where ${where} group by a.${text}`;
    case 3: {
      const join = pick(random, ["join", "left join", "right join", "full join"]);
      const on = `a.${TABLES[table].key} = b.${TABLES[other].key}`;
      return `select ${shown(table, "a")}, ${shown(other, "b")} from ${from} ${join} ${
        reference(random, other, "b")
      } on ${on}`;
    }
    case 4: {
      const list = `select b.${pick(random, TABLES[other].texts)} from ${reference(random, other, "b")}`;
      const filtered = `${list} where ${condition(random, other, "b")}`;
      return `select ${shown(table, "a")} from ${from} where a.${text} ${pick(random, ["in", "not in"])} (${filtered})`;
    }
    case 5: {
      const operator = pick(random, ["union", "union all", "except", "intersect"]);
      const second = `select b.qty, b.${pick(random, TABLES[other].texts)} from ${reference(random, other, "b")}`;
      return `select a.qty, a.${text} from ${from} where ${where} ${operator} ${second}`;
    }
    case 6:
      return `with v as (select * from ${from} where ${where}) select x.qty, y.qty from v x join v y on x.qty = y.qty`;
    default: {
      const inner = `select ${aggregates(random, other, "b")} from ${
        reference(random, other, "b")
      } where b.qty = a.qty`;
      return `select a.qty, (select a0 from (${inner})) as n from ${from} where ${where}`;
    }
  }
}
