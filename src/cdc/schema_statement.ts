import type { ExecuteResult, OltpTransaction } from "../oltp/mod.ts";
import { classify, foldName, lex, quoteName } from "../sql/mod.ts";
import type { RowSet, SqlParameters } from "../types/mod.ts";
import { idsByTable, readFacts } from "./capture_plan.ts";
import { bringInLine } from "./capture_writes.ts";
import type { TrackMode } from "./change_source.ts";
import { LOG_TABLE } from "./log_objects.ts";
import { tableIdOfTrigger } from "./trigger_sql.ts";

/** Logs that a table, whose id is the parameter, is gone with all its rows. */
const DROPPED = `INSERT INTO ${LOG_TABLE}(table_id, op, nonce, key0) VALUES (0, 'X', random(), ?)`;

const SAVEPOINT = quoteName("_rhei_definition");

/**
 * Runs a statement that changes the schema, in a log of images: triggers that name every column stand in the way of DROP COLUMN, and
 * images are to fit the table from its first change on, and to hold the rows it is made with; and a table that goes takes its rows along at that time. All of it is undone together if the statement fails.
 */
export async function runSchemaStatement(
  transaction: OltpTransaction,
  sql: string,
  params: SqlParameters,
  mode: TrackMode,
): Promise<ExecuteResult & { readonly rows: RowSet }> {
  await transaction.execute(`SAVEPOINT ${SAVEPOINT}`);
  try {
    const table = tableThatLosesColumn(sql);
    if (table !== null) {
      // Columns renamed by another process are only told by the triggers.
      await bringInLine(transaction, "none", "images");
      await dropTriggers(transaction, table);
    }
    const made = await tableToMake(transaction, sql);
    const dropped = await tableToDrop(transaction, sql);
    const result = await transaction.execute(sql, params);
    if (dropped !== null && await isAbsent(transaction, dropped.name)) {
      await transaction.execute(DROPPED, [BigInt(dropped.id)]);
    }
    await bringInLine(transaction, mode, "images", made);
    await transaction.execute(`RELEASE ${SAVEPOINT}`);
    return result;
  } catch (error) {
    await undo(transaction);
    throw error;
  }
}

async function undo(transaction: OltpTransaction): Promise<void> {
  try {
    await transaction.execute(`ROLLBACK TO ${SAVEPOINT}`);
    await transaction.execute(`RELEASE ${SAVEPOINT}`);
  } catch {
    // The failure has ended the whole transaction, which undid more.
  }
}

/** Folded name of the table of an ALTER TABLE … DROP COLUMN, `null` for any other statement. */
function tableThatLosesColumn(sql: string): string | null {
  const statement = classify(sql);
  if (statement.kind !== "ddl" || statement.verb !== "alter" || statement.name === null) return null;
  return lex(sql).some(({ code }) => code === "DROP") ? foldName(statement.name.name) : null;
}

function isMain(schema: string | null): boolean {
  return schema === null || foldName(schema) === "main";
}

/** Folded name of the table that a CREATE TABLE will make, `null` for any other statement and where that table is there already. */
async function tableToMake(transaction: OltpTransaction, sql: string): Promise<string | null> {
  const statement = classify(sql);
  if (statement.kind !== "ddl" || statement.verb !== "create" || statement.object !== "table") return null;
  if (statement.name === null || statement.temporary) return null;
  const { schema, name } = statement.name;
  if (!isMain(schema)) return null;
  return await isAbsent(transaction, name) ? foldName(name) : null;
}

/** Whether the database itself has nothing of that name. */
async function isAbsent(transaction: OltpTransaction, name: string): Promise<boolean> {
  const known = "SELECT 1 FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE";
  return (await transaction.query(known, [name])).rows.length === 0;
}

/** The captured table that a DROP TABLE names, `null` for any other statement. It may mean a temporary table of that name. */
async function tableToDrop(
  transaction: OltpTransaction,
  sql: string,
): Promise<{ readonly id: number; readonly name: string } | null> {
  const statement = classify(sql);
  if (statement.kind !== "ddl" || statement.verb !== "drop" || statement.object !== "table") return null;
  if (statement.name === null || !isMain(statement.name.schema)) return null;
  const { name } = statement.name;
  const id = idsByTable(await readFacts(transaction)).get(foldName(name));
  return id === undefined ? null : { id, name };
}

async function dropTriggers(transaction: OltpTransaction, table: string): Promise<void> {
  const facts = await readFacts(transaction);
  const id = idsByTable(facts).get(table);
  for (const { name } of facts.schema.triggers.values()) {
    if (id !== undefined && tableIdOfTrigger(name) === id) await transaction.execute(`DROP TRIGGER ${quoteName(name)}`);
  }
}
