import assert from "node:assert/strict";
import type Database from "libsql";
import { lex, parseSelect, printQuery } from "../../src/sql/mod.ts";
import { KEYWORDS } from "../../src/sql/keywords.ts";
import { openCorpus } from "./corpus.ts";
import { seeded } from "./guessed_schema.ts";
import { sameProgram } from "./round_trip.ts";

/** Mutants per run; `RHEI_SQL_MUTANTS` raises it for a soak, `RHEI_SQL_SEED` replays or varies one. */
const MUTANTS = Number(Deno.env.get("RHEI_SQL_MUTANTS") ?? 4000);
const SEED = Number(Deno.env.get("RHEI_SQL_SEED") ?? 1);

/** Complaints that come from SQLite's tokenizer and grammar, rather than from what names mean. */
const GRAMMAR = new RegExp(
  [
    `^near ".*": syntax error$`,
    "^incomplete input$",
    "^unrecognized token",
    "^parser stack overflow$",
    "^unknown join type",
    "clause should come after",
    "^a JOIN clause is required before",
    "^syntax error after column name",
    "^unsupported frame specification$",
    "^variable number must be between",
  ].join("|"),
  "s",
);

/** Complaints of meaning that SQLite raises while it still parses: a grammar error further on goes unnoticed. */
const WHILE_PARSING = /^IN\(\.\.\.\) element has|^DISTINCT is not supported for window functions$|^no such window/;

const VOCABULARY = [
  ...KEYWORDS,
  ...KEYWORDS,
  ..."( ) ( ) , . + - * / % || -> ->> = == <> != < <= > >= & | << >> ~ ? ?1 :a 1 2.5 0x10 'text' x'00' a b c t u v main"
    .split(" "),
  '"a"',
  "[b]",
  "`c`",
  "count",
  "abs",
];

/** One or two random edits of a statement's tokens. */
function mutate(sql: string, random: () => number): string {
  const pick = (count: number): number => Math.floor(random() * count);
  const tokens = lex(sql).map((token) => token.text);
  for (let edits = 1 + pick(2); edits > 0; edits--) {
    const at = pick(tokens.length);
    const word = VOCABULARY[pick(VOCABULARY.length)] ?? "";
    switch (pick(5)) {
      case 0:
        tokens.splice(at, 1);
        break;
      case 1:
        tokens.splice(at, 0, word);
        break;
      case 2:
        tokens[at] = word;
        break;
      case 3:
        tokens.splice(at, 0, tokens[pick(tokens.length)] ?? "");
        break;
      default:
        [tokens[at], tokens[at + 1]] = [tokens[at + 1] ?? "", tokens[at] ?? ""];
    }
  }
  return tokens.join(" ");
}

function complaint(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What is wrong with the parser's verdict on a text, given SQLite's; `null` if nothing is. */
function fault(db: Database.Database, sql: string): string | null {
  const sqlite = complaint(() => db.prepare(sql));
  if (sqlite !== null && WHILE_PARSING.test(sqlite)) return null;
  const ours = complaint(() => parseSelect(sql));
  if (ours === null) {
    if (sqlite !== null) return GRAMMAR.test(sqlite) ? `accepted, but SQLite says ${sqlite}` : null;
    const printed = printQuery(parseSelect(sql));
    const reprinted = complaint(() => db.prepare(printed));
    if (reprinted === "parser stack overflow") return null;
    if (reprinted !== null) return `printed as ${printed}, to which SQLite says ${reprinted}`;
    return sameProgram(db, sql, printed) ? null : `SQLite compiles another program for ${printed}`;
  }
  if (sqlite === null) return `refused: ${ours}`;
  // Some refusals are not of the grammar, and SQLite may meet another fault of the text before that one.
  return ours.includes(": unexpected ") && !GRAMMAR.test(sqlite) ? `refused: ${ours}, but SQLite says ${sqlite}` : null;
}

Deno.test("parseSelect() agrees with SQLite on mutants of the corpus, valid or not", () => {
  const { db, selects } = openCorpus();
  const random = seeded(SEED);
  let valid = 0;
  for (let index = 0; index < MUTANTS; index++) {
    const { sql } = selects[Math.floor(random() * selects.length)] ?? { sql: "" };
    const mutant = mutate(sql, random);
    if (!/^(select|values|with)\b/i.test(mutant)) continue;
    assert.equal(fault(db, mutant), null, mutant);
    if (complaint(() => parseSelect(mutant)) === null) valid++;
  }
  assert.ok(valid > MUTANTS / 10, `only ${valid} of ${MUTANTS} mutants were valid`);
  db.close();
});
