import { SCHEMA } from "../random_workload.ts";
import { LEDGER } from "./ledger.ts";

/** Databases with few tables each: what a simulation costs is mostly the reading of schemas. */
export type TableSet = "cascades" | "keys" | "computed" | "all";

const ODD = '"odd ""name"';

/** The tables that random statements write to, besides the ledger's. */
export const TABLES: Readonly<Record<TableSet, readonly string[]>> = {
  cascades: ["plain", "child", "heap", "audit"],
  keys: ["wide", ODD, "late"],
  computed: ["indexed", "mixed", "tree"],
  all: ["plain", "wide", "heap", ODD, "child", "indexed", "mixed", "late", "tree", "audit"],
};

/** Two tables of one shape, whose names can be exchanged without a row changing. */
const TWINS = [
  "create table twin(id integer primary key, v text)",
  "create table other_twin(id integer primary key, v text)",
  "insert into twin values (1, 'one')",
  "insert into other_twin values (1, 'eins'), (2, 'zwei')",
];

/** What the table of a statement of the schema is called. */
const SUBJECT = /^create (?:table|(?:unique )?index .* on|trigger .* on) ("(?:[^"]|"")+"|\w+)/;

/** The statements that make a database. */
export function schemaOf(set: TableSet): string[] {
  const tables = TABLES[set];
  const own = SCHEMA.filter((sql) => tables.includes(SUBJECT.exec(sql)?.[1] ?? ""));
  return [...own, ...LEDGER, ...TWINS];
}
