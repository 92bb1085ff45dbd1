import type { OltpTransaction } from "../oltp/mod.ts";
import type { ExactValue } from "../types/mod.ts";

/** A text by its bytes in UTF-8, whatever they are. */
export class TextBytes {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Inserts rows as they are: a whole REAL, which would bind as INTEGER, stays REAL where the column lets it. */
export class ExactInsert {
  readonly #start: string;
  /** Texts by the values in a row that need a form of their own: few, as most columns hold values of one type. */
  readonly #texts = new Map<string, string>();

  /** @param columns As SQL text, quoted. */
  constructor(table: string, columns: readonly string[]) {
    this.#start = `INSERT INTO ${table} (${columns.join(", ")}) VALUES `;
  }

  async run(transaction: OltpTransaction, row: readonly (ExactValue | TextBytes)[]): Promise<void> {
    const forms = row.map(formOf);
    const shape = forms.join();
    let sql = this.#texts.get(shape);
    if (sql === undefined) this.#texts.set(shape, sql = `${this.#start}(${shape})`);
    await transaction.execute(sql, row.map((value) => value instanceof TextBytes ? value.bytes : value));
  }
}

function formOf(value: ExactValue | TextBytes): string {
  if (typeof value === "number") return "CAST(? AS REAL)";
  return value instanceof TextBytes ? "CAST(? AS TEXT)" : "?";
}
