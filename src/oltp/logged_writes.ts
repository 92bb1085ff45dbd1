import { quoteName } from "../sql/mod.ts";
import type { ExactValue } from "../types/mod.ts";
import type { Connection } from "./connection.ts";
import type { DatabaseFacts } from "./database_facts.ts";
import type { PreparedStatement } from "./prepared_statement.ts";
import type { TransactionMark } from "./transaction_mark.ts";

/** Place of `main` among a connection's databases, as SQLite's programs number them. */
const MAIN = 0n;

/** Place of an instruction's fourth operand, which names what it is about. */
const P4 = 5;

/** A program shows the bytes of such a literal as text, and the driver ends the process at text that is not valid UTF-8. */
const BLOB_LITERAL = /x'[0-9a-f]/i;
const BLOB_LITERAL_GLOB = "*[xX]''[0-9a-fA-F]*";

/** An instruction of a program as EXPLAIN tells it: its place, its name, four operands, flags, a comment. */
type Instruction = readonly ExactValue[];

/**
 * Tells which statements need a mark in a log that triggers fill: those that write to it and that it does not tell by itself. SQLite's
 * own program for a statement holds those of all triggers and foreign key actions it may set off, and opens for writing every table they
 * write to. That is true of the schema this connection knows.
 */
export class LoggedWrites {
  readonly #connection: Connection;
  readonly #facts: DatabaseFacts;
  readonly #mark: TransactionMark;
  #othersGeneration = -1;
  #hasOthers = false;
  #blobsGeneration = -1;
  #hasBlobs = false;

  constructor(connection: Connection, facts: DatabaseFacts, mark: TransactionMark) {
    this.#connection = connection;
    this.#facts = facts;
    this.#mark = mark;
  }

  /**
   * Whether a statement outside a transaction needs a mark. One that is run for the first time is taken to: looking costs more than a
   * mark that is not needed, unless it may be about another database (`temp`, an attached one) and keep others from writing to this one.
   */
  needMark(statement: PreparedStatement): boolean {
    const generation = this.#facts.schemaGeneration;
    const { logging } = statement;
    if (logging.generation !== generation) {
      logging.generation = generation;
      logging.needsMark = null;
      if (!logging.isUsed && !this.#hasOtherDatabases(generation)) {
        logging.isUsed = true;
        return true;
      }
    }
    return logging.needsMark ??= this.#look(statement);
  }

  #look(statement: PreparedStatement): boolean {
    if (BLOB_LITERAL.test(statement.text.text) || this.#hasBlobLiterals()) return true;
    // Read each time: VACUUM moves tables.
    const root = this.#rootOf(this.#mark.log);
    if (root === undefined) return true;
    const notes = this.#rootOf(this.#mark.notes);
    const program = this.#connection.program(statement);
    // What a virtual table's module writes is in programs of its own.
    if (program.some(([, opcode]) => opcode === "VUpdate")) return true;
    if (!writes(program, root)) return false;
    const [own = [], ...triggers] = partsOf(program);
    return writes(own, root) || !triggers.every((part) => this.#tells(part, root, notes));
  }

  #rootOf(table: string): ExactValue | undefined {
    return this.#connection.row("SELECT rootpage FROM main.sqlite_schema WHERE name = ?", [table])?.[0];
  }

  /** Whether a trigger that writes to the log does so in the way that tells statements apart, and writes to nothing else but notes. */
  #tells(trigger: readonly Instruction[], log: ExactValue, notes: ExactValue | undefined): boolean {
    const call = `${this.#mark.tellingFunction}(0)`;
    const written = trigger.filter(([, opcode]) => opcode === "OpenWrite");
    return written.length > 0 &&
      written.every(([, , , page, database]) => database === MAIN && (page === log || page === notes)) &&
      (!writes(trigger, log) || trigger.some((instruction) => instruction[P4] === call)) &&
      !trigger.some(([, opcode]) => opcode === "Clear");
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

function writes(part: readonly Instruction[], root: ExactValue): boolean {
  return part.some(([, opcode, , page, database]) => opcode === "OpenWrite" && page === root && database === MAIN);
}

/** The statement's own part of a program, and those it sets off: each is numbered from 0. */
function partsOf(program: readonly Instruction[]): Instruction[][] {
  const parts: Instruction[][] = [];
  for (const instruction of program) {
    if (instruction[0] === 0n) parts.push([]);
    parts.at(-1)?.push(instruction);
  }
  return parts;
}
