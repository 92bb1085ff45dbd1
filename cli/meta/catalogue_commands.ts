import { RheiError, suggest } from "../../src/errors/mod.ts";
import { inColumns, statementLines } from "../render/mod.ts";
import type { MetaCommand } from "./meta_command.ts";
import type { Session } from "./session.ts";
import { isOfUsers } from "./users_objects.ts";

async function namesOf(session: Session, types: string, pattern: string): Promise<string[]> {
  const rows = await session.catalogue(
    `select name from sqlite_schema where type in (${types}) and ${isOfUsers("name")} and name like ? order by name`,
    [pattern],
  );
  return rows.map((row) => row[0] ?? "");
}

async function unknownTable(session: Session, name: string): Promise<RheiError> {
  const near = suggest(name, await namesOf(session, "'table', 'view'", "%"));
  return new RheiError(
    "SQL_UNKNOWN_NAME",
    `Cannot find "${name}": the database has no such table or view`,
    near === undefined ? { hint: ".tables lists them" } : { hint: `did you mean "${near}"?` },
  );
}

/** The tables and views whose names match. @throws {RheiError} `SQL_UNKNOWN_NAME` when none does, though a pattern is given. */
export async function tablesMatching(session: Session, pattern: string | undefined): Promise<string[]> {
  const names = await namesOf(session, "'table', 'view'", pattern ?? "%");
  if (names.length === 0 && pattern !== undefined) throw await unknownTable(session, pattern);
  return names;
}

async function tables(session: Session, [pattern]: readonly string[]): Promise<void> {
  const names = await tablesMatching(session, pattern);
  if (names.length > 0) await session.print(inColumns(names, session.width).join("\n"));
}

async function schema(session: Session, [name]: readonly string[]): Promise<void> {
  const rows = await session.catalogue(
    `select sql from sqlite_schema where sql is not null and ${isOfUsers("name")} and tbl_name like ? ` +
      `order by tbl_name, type = 'table' desc, type = 'view' desc, name`,
    [name ?? "%"],
  );
  if (rows.length === 0 && name !== undefined) throw await unknownTable(session, name);
  if (rows.length > 0) await session.print(rows.map(([sql]) => statementLines(sql ?? "")).join("\n"));
}

async function indexes(session: Session, [table]: readonly string[]): Promise<void> {
  const rows = await session.catalogue(
    `select name from sqlite_schema where type = 'index' and ${isOfUsers("name")} and tbl_name like ? order by name`,
    [table ?? "%"],
  );
  if (rows.length === 0 && table !== undefined && (await namesOf(session, "'table', 'view'", table)).length === 0) {
    throw await unknownTable(session, table);
  }
  if (rows.length > 0) await session.print(inColumns(rows.map(([name]) => name ?? ""), session.width).join("\n"));
}

const LIKE_PATTERN = "PATTERN is matched as LIKE does: % stands for any letters, _ for one.";

/** Commands that show what the database holds. */
export const CATALOGUE_COMMANDS: readonly MetaCommand[] = [
  {
    name: "tables",
    parameters: [{ name: "PATTERN", accepts: { kind: "table" }, optional: true }],
    summary: "list tables and views",
    details: [LIKE_PATTERN],
    run: tables,
  },
  {
    name: "schema",
    parameters: [{ name: "PATTERN", accepts: { kind: "table" }, optional: true }],
    summary: "show the CREATE statements of tables and views",
    details: ["Their indexes and triggers are shown too.", LIKE_PATTERN],
    run: schema,
  },
  {
    name: "indexes",
    aliases: ["indices"],
    parameters: [{ name: "TABLE", accepts: { kind: "table" }, optional: true }],
    summary: "list indexes",
    run: indexes,
  },
];
