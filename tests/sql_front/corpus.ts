import Database from "libsql";
import { classify, splitStatements } from "../../src/sql/mod.ts";

const read = (file: string): string => Deno.readTextFileSync(new URL(file, import.meta.url));

/** A statement of the corpus with its line there. */
export interface CorpusStatement {
  readonly sql: string;
  readonly line: number;
}

/** The hand-made corpus: its SELECTs, and a database over which they run. The caller closes it. */
export function openCorpus(): { readonly db: Database.Database; readonly selects: readonly CorpusStatement[] } {
  const db = new Database(":memory:");
  const selects: CorpusStatement[] = [];
  for (const { text } of splitStatements(read("./corpus_setup.sql"))) db.exec(text);
  for (const { text, line } of splitStatements(read("./corpus.sql"))) {
    if (classify(text).kind === "select") selects.push({ sql: text, line });
    else db.exec(text);
  }
  return { db, selects };
}
