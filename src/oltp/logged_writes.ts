import { quoteName } from "../sql/mod.ts";
import type { Connection } from "./connection.ts";
import type { DatabaseFacts } from "./database_facts.ts";
import type { PreparedStatement } from "./prepared_statement.ts";

/** Place of `main` among a connection's databases, as SQLite's programs number them. */
const MAIN = 0n;

/** A program shows the bytes of such a literal as text, and the driver ends the process at text that is not valid UTF-8. */
const BLOB_LITERAL = /x'[0-9a-f]/i;
const BLOB_LITERAL_GLOB = "*[xX]''[0-9a-fA-F]*";

/**
 * Tells which statements write to a log that triggers fill: SQLite's own program for a statement holds those of all triggers and foreign
 * key actions it may set off, and opens for writing every table they write to. That is true of the schema this connection knows.
 */
export class LoggedWrites {
  readonly #connection: Connection;
  readonly #facts: DatabaseFacts;
  readonly #log: string;
  #othersGeneration = -1;
  #hasOthers = false;
  #blobsGeneration = -1;
  #hasBlobs = false;

  constructor(connection: Connection, facts: DatabaseFacts, log: string) {
    this.#connection = connection;
    this.#facts = facts;
    this.#log = log;
  }

  /**
   * Whether a statement may write to the log. One that is run for the first time is taken to: looking costs more than a mark that is not
   * needed, unless it may be about another database (`temp`, an attached one) and keep others from writing to this one.
   */
  include(statement: PreparedStatement): boolean {
    const generation = this.#facts.schemaGeneration;
    const { logging } = statement;
    if (logging.generation !== generation) {
      logging.generation = generation;
      logging.writes = null;
      if (!logging.isUsed && !this.#hasOtherDatabases(generation)) {
        logging.isUsed = true;
        return true;
      }
    }
    return logging.writes ??= this.#look(statement);
  }

  #look(statement: PreparedStatement): boolean {
    if (BLOB_LITERAL.test(statement.text.text) || this.#hasBlobLiterals()) return true;
    // Read each time: VACUUM moves tables.
    const [root] = this.#connection.row("SELECT rootpage FROM main.sqlite_schema WHERE name = ?", [this.#log]) ?? [];
    if (root === undefined) return true;
    return this.#connection.program(statement).some(([, opcode, , page, database]) =>
      // What a virtual table's module writes is in programs of its own.
      opcode === "VUpdate" || (opcode === "OpenWrite" && page === root && database === MAIN)
    );
  }

  /** Whether what a statement sets off may hold a blob literal: a trigger, a CHECK, a generated column, an index. */
  #hasBlobLiterals(): boolean {
    const generation = this.#facts.schemaGeneration;
    if (this.#blobsGeneration !== generation) {
      this.#blobsGeneration = generation;
      const schemas = this.#connection.query("SELECT name FROM pragma_database_list", []).rows.map(([name]) =>
        `SELECT 1 FROM ${quoteName(String(name))}.sqlite_schema WHERE sql GLOB '${BLOB_LITERAL_GLOB}'`
      );
      this.#hasBlobs = this.#connection.scalar(`SELECT EXISTS (${schemas.join(" UNION ALL ")})`) === 1n;
    }
    return this.#hasBlobs;
  }

  #hasOtherDatabases(generation: number): boolean {
    if (this.#othersGeneration !== generation) {
      this.#othersGeneration = generation;
      this.#hasOthers = this.#connection.scalar("SELECT count(*) > 1 FROM pragma_database_list") === 1n;
    }
    return this.#hasOthers;
  }
}
