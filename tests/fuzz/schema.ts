import type { ExactValue } from "../../src/types/mod.ts";
import type { Random } from "./random.ts";
import { type Flavour, type Kind, kindOf, literalOf, valueOf } from "./values.ts";

export interface FuzzColumn {
  /** As written in SQL, quoted where needed. */
  readonly name: string;
  readonly flavour: Flavour;
  readonly kind: Kind;
  /** Compares ignoring case or trailing spaces: equal keys may then be different texts. */
  readonly collated: boolean;
  readonly notNull: boolean;
  /** Computed by SQLite, so never written. */
  readonly generated: boolean;
  /** Share of NULLs in the data. */
  readonly nullShare: number;
}

export interface FuzzTable {
  readonly name: string;
  readonly columns: readonly FuzzColumn[];
  /** Columns that together are unique and NOT NULL, or empty for a table with a hidden rowid only. */
  readonly key: readonly string[];
  /** CREATE TABLE and its indexes. */
  readonly ddl: readonly string[];
  readonly rowCount: number;
}

interface ColumnDraft {
  readonly name: string;
  readonly flavour: Flavour;
  readonly type: string;
  readonly constraints: string;
  readonly nullShare: number;
}

const DECLARED: Readonly<Record<Flavour, readonly string[]>> = {
  smallInteger: ["INTEGER", "INT", "SMALLINT", "int", "INTEGER"],
  integer: ["INTEGER", "BIGINT", "INT8", "NUMERIC"],
  hugeInteger: ["BIGINT", "INTEGER", "UNSIGNED BIG INT"],
  flag: ["BOOLEAN", "INTEGER", "TINYINT"],
  money: ["REAL", "DOUBLE", "FLOAT", "DOUBLE PRECISION"],
  real: ["REAL", "DOUBLE"],
  extremeReal: ["REAL"],
  number: ["NUMERIC", "DECIMAL(10,2)", "NUMERIC(12)", "INTEGER"],
  category: ["TEXT", "VARCHAR(20)", "NVARCHAR(40)", "CHAR(10)"],
  freeText: ["TEXT", "CLOB", "VARCHAR"],
  numericText: ["TEXT", "VARCHAR(12)"],
  date: ["DATE", "TEXT", "date"],
  timestamp: ["DATETIME", "TIMESTAMP", "TEXT"],
  oddDate: ["TEXT", "VARCHAR(30)"],
  blob: ["BLOB", ""],
  mixed: ["", "BLOB", "ANY"],
};

const COMMON_FLAVOURS: readonly (readonly [number, Flavour])[] = [
  [14, "smallInteger"],
  [8, "integer"],
  [3, "flag"],
  [10, "money"],
  [6, "real"],
  [5, "number"],
  [14, "category"],
  [7, "freeText"],
  [8, "date"],
  [4, "timestamp"],
];

const ODD_FLAVOURS: readonly (readonly [number, Flavour])[] = [
  [5, "hugeInteger"],
  [4, "extremeReal"],
  [5, "numericText"],
  [2, "oddDate"],
  [4, "blob"],
  [0.7, "mixed"],
  [5, "freeText"],
];

const COLUMN_NAMES = [
  "a",
  "b",
  "c",
  "d",
  "e",
  "f",
  "g",
  "qty",
  "price",
  "kind",
  "Note",
  '"order"',
  "[two words]",
  "`group`",
  "é",
];

function draftColumn(name: string, random: Random, odd: boolean): ColumnDraft {
  const flavour = random.weighted(odd && random.chance(0.4) ? ODD_FLAVOURS : COMMON_FLAVOURS);
  const constraints: string[] = [];
  const notNull = random.chance(0.2);
  if (notNull) constraints.push("NOT NULL");
  const textual = kindOf(flavour) === "text";
  if (textual && random.chance(0.08)) constraints.push(random.chance(0.8) ? "COLLATE NOCASE" : "COLLATE RTRIM");
  const type = odd && random.chance(0.1) ? "" : random.pick(DECLARED[flavour]);
  const nullShare = notNull ? 0 : random.pick([0, 0, 0.05, 0.2, 0.6]);
  return { name, flavour, type, constraints: constraints.join(" "), nullShare };
}

function finish(draft: ColumnDraft, generated = false): FuzzColumn {
  return {
    name: draft.name,
    flavour: draft.flavour,
    kind: kindOf(draft.flavour),
    collated: draft.constraints.includes("COLLATE"),
    notNull: draft.constraints.includes("NOT NULL") || draft.constraints.includes("PRIMARY KEY"),
    generated,
    nullShare: draft.nullShare,
  };
}

/** A generated column over the plain ones, or `null` when none suits. */
function generatedColumn(drafts: readonly ColumnDraft[], random: Random): ColumnDraft | null {
  const base = random.pick(drafts);
  const mode = random.pick(["VIRTUAL", "STORED"]);
  const make = (flavour: Flavour, type: string, body: string): ColumnDraft => ({
    name: "gen",
    flavour,
    type,
    constraints: `GENERATED ALWAYS AS (${body}) ${mode}`,
    nullShare: 0,
  });
  if (base.flavour === "money" || base.flavour === "real") return make("real", "REAL", `${base.name} * 2`);
  if (base.flavour === "smallInteger" || base.flavour === "flag") return make("integer", "INTEGER", `${base.name} + 1`);
  if (base.flavour === "category" || base.flavour === "freeText") {
    return make("freeText", "TEXT", `upper(${base.name})`);
  }
  return null;
}

type KeyStyle = "rowidAlias" | "hidden" | "composite" | "text" | "withoutRowid";

const KEY_STYLES: readonly (readonly [number, KeyStyle])[] = [
  [60, "rowidAlias"],
  [12, "hidden"],
  [10, "composite"],
  [8, "text"],
  [10, "withoutRowid"],
];

function keyColumns(style: KeyStyle, random: Random): { drafts: ColumnDraft[]; clause: string; key: string[] } {
  const column = (name: string, flavour: Flavour, type: string, constraints: string): ColumnDraft => ({
    name,
    flavour,
    type,
    constraints,
    nullShare: 0,
  });
  switch (style) {
    case "rowidAlias":
      return { drafts: [column("id", "smallInteger", "INTEGER", "PRIMARY KEY")], clause: "", key: ["id"] };
    case "hidden":
      return { drafts: [], clause: "", key: [] };
    case "text":
      return { drafts: [column("code", "freeText", "TEXT", "PRIMARY KEY NOT NULL")], clause: "", key: ["code"] };
    case "composite":
    case "withoutRowid": {
      const second: Flavour = random.pick(["category", "smallInteger", "date"]);
      return {
        drafts: [
          column("k1", "integer", "INTEGER", "NOT NULL"),
          column("k2", second, random.pick(DECLARED[second]), "NOT NULL"),
        ],
        clause: ", PRIMARY KEY (k1, k2)",
        key: ["k1", "k2"],
      };
    }
  }
}

const ROW_COUNTS: readonly (readonly [number, readonly [number, number]])[] = [
  [3, [0, 0]],
  [8, [1, 6]],
  [62, [8, 40]],
  [24, [40, 100]],
  [3, [200, 400]],
];

/** A table with its indexes, not yet with rows. `odd` admits the rarer types and values. */
export function generateTable(name: string, random: Random, odd: boolean): FuzzTable {
  const style = random.weighted(KEY_STYLES);
  const { drafts: keyDrafts, clause, key } = keyColumns(style, random);
  const names = random.sample(odd ? COLUMN_NAMES : COLUMN_NAMES.slice(0, 11), random.int(2, 6));
  const drafts = [...keyDrafts, ...names.map((column) => draftColumn(column, random, odd))];
  const extra = random.chance(0.12) ? generatedColumn(drafts, random) : null;
  const columns = drafts.map((draft) => finish(draft));
  if (extra !== null) columns.push(finish(extra, true));
  const body = [...drafts, ...(extra === null ? [] : [extra])]
    .map((draft) => [draft.name, draft.type, draft.constraints].filter((part) => part !== "").join(" "));
  const suffix = style === "withoutRowid" ? " WITHOUT ROWID" : "";
  const ddl = [`CREATE TABLE ${name} (${body.join(", ")}${clause})${suffix}`];
  names.forEach((column, i) => {
    if (random.chance(0.2)) ddl.push(`CREATE INDEX ${name}_i${i} ON ${name} (${column})`);
  });
  const [low, high] = random.weighted(ROW_COUNTS);
  return { name, columns, key, ddl, rowCount: random.int(low, high) };
}

/** One row as literals for the columns that are not generated. `ordinal` keeps keys apart. */
export function generateRow(table: FuzzTable, ordinal: number, random: Random): string[] {
  return table.columns.filter((column) => !column.generated).map((column) => {
    if (table.key.includes(column.name)) return keyLiteral(column, table, ordinal, random);
    return literalOf(rowValue(column, random));
  });
}

function keyLiteral(column: FuzzColumn, table: FuzzTable, ordinal: number, random: Random): string {
  if (column.name === "id") return String(ordinal);
  if (column.name === "code") return literalOf(`${String(valueOf("freeText", random))}${ordinal}`);
  if (column.name === table.key[0]) return String(ordinal % 17);
  return column.kind === "integer" ? String(Math.floor(ordinal / 17)) : literalOf(valueOf(column.flavour, random));
}

/** A value for the column, NULL in the column's share. */
export function rowValue(column: FuzzColumn, random: Random): ExactValue {
  return random.chance(column.nullShare) ? null : valueOf(column.flavour, random);
}

/** INSERT statements of at most 50 rows each; duplicates of a text key are left out by OR IGNORE. */
export function insertStatements(table: FuzzTable, from: number, count: number, random: Random): string[] {
  const columns = table.columns.filter((column) => !column.generated).map((column) => column.name);
  const statements: string[] = [];
  for (let start = 0; start < count; start += 50) {
    const rows = Array.from(
      { length: Math.min(50, count - start) },
      (_, i) => `(${generateRow(table, from + start + i, random).join(", ")})`,
    );
    statements.push(`INSERT OR IGNORE INTO ${table.name} (${columns.join(", ")}) VALUES ${rows.join(", ")}`);
  }
  return statements;
}
