import type { ExactValue } from "../types/mod.ts";
import type { Connection } from "./connection.ts";
import type { DatabaseFacts } from "./database_facts.ts";
import { LoggedWrites } from "./logged_writes.ts";
import { OpenMark } from "./open_mark.ts";
import type { PreparedStatement } from "./prepared_statement.ts";
import type { TransactionMark } from "./transaction_mark.ts";

/**
 * Between two looks of single statements at the schema version, in milliseconds: a look takes a few percent of such a write, and the log
 * tells most statements without a mark.
 */
const SCHEMA_LOOK_MS = 50;

/** Which transactions of a local client are marked, and what has to be known for that. */
export class LocalMarks {
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #facts: DatabaseFacts;
  #current: { readonly mark: TransactionMark; readonly logged: LoggedWrites } | null = null;
  #look: (() => Promise<void>) | null = null;
  /** The schema version that was looked at last, and when by `performance.now()`. */
  #lookedSchema: ExactValue | undefined;
  #lookedMs = -Infinity;

  /** @param reader The writer itself where there is no other connection, as to a database in memory. */
  constructor(writer: Connection, reader: Connection, facts: DatabaseFacts) {
    this.#writer = writer;
    this.#reader = reader;
    this.#facts = facts;
  }

  set(mark: TransactionMark | null): void {
    this.#current = mark === null ? null : { mark, logged: new LoggedWrites(this.#writer, this.#facts, mark) };
  }

  /** As of `OltpClient.beforeMarking`. */
  beforeMarking(look: () => Promise<void>): void {
    this.#look = look;
    this.#lookedSchema = undefined;
  }

  /** What is to run before a single statement that writes rows, if anything. */
  lookBeforeStatement(): (() => Promise<void>) | null {
    return performance.now() - this.#lookedMs > SCHEMA_LOOK_MS ? this.dueLook() : null;
  }

  /** What is to run before a transaction can be marked or not, if anything. No other process can change a database in memory. */
  dueLook(): (() => Promise<void>) | null {
    const look = this.#look;
    if (look === null || this.#writer === this.#reader) return null;
    const version = this.#reader.scalar("PRAGMA schema_version");
    this.#lookedMs = performance.now();
    if (version === this.#lookedSchema) return null;
    return async () => {
      await look();
      this.#lookedSchema = version;
      this.#facts.schemaGeneration++;
    };
  }

  /** The mark for a single statement that writes rows; `null` where it is to run as it is. */
  ofStatement(statement: PreparedStatement): TransactionMark | null {
    const current = this.#current;
    return current !== null && current.logged.needMark(statement) ? current.mark : null;
  }

  /** The mark of the transaction that the writer has just begun. */
  open(mode: "deferred" | "immediate" | "exclusive"): OpenMark | null {
    if (this.#current === null) return null;
    const { mark } = this.#current;
    if (mode === "deferred" && this.#writer !== this.#reader) {
      return OpenMark.deferred(this.#writer, this.#reader, mark);
    }
    return OpenMark.begin(this.#writer, mark);
  }
}
