/**
 * How fast rhei parses SELECTs, against node-sql-parser's two grammars over the same statements: the baseline that an own parser
 * had to beat. Times count only statements that both parsers of a pair accept; accepted shares count all.
 *
 *     deno run -A bench/sql_front.ts [FILE.jsonl]
 *
 * FILE holds one `{"sql": …}` per line; the default is the repository's own corpus.
 */
import postgresql from "node-sql-parser/build/postgresql.js";
import sqlite from "node-sql-parser/build/sqlite.js";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { classify, lex, parseSelect, printQuery, splitStatements } from "../src/sql/mod.ts";

const ROUNDS = 7;

type Parse = (sql: string) => unknown;

async function statements(path: string | undefined): Promise<string[]> {
  if (path !== undefined) {
    const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line.trim() !== "");
    return lines.map((line) => (JSON.parse(line) as { sql: string }).sql);
  }
  const corpus = await readFile(new URL("../tests/sql_front/corpus.sql", import.meta.url), "utf8");
  return [...splitStatements(corpus)].map(({ text }) => text);
}

function isSelect(sql: string): boolean {
  try {
    return classify(sql).kind === "select";
  } catch {
    // Not even tokens: no parser has anything to do with it.
    return false;
  }
}

function accepts(parse: Parse, sql: string): boolean {
  try {
    parse(sql);
    return true;
  } catch {
    // A refusal is what is being counted.
    return false;
  }
}

/** Microseconds per statement: the fastest of several rounds, after one that warms up. */
function time(parse: Parse, sqls: readonly string[]): number {
  let best = Infinity;
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    for (const sql of sqls) parse(sql);
    if (round > 0) best = Math.min(best, performance.now() - start);
  }
  return best * 1000 / sqls.length;
}

const sqls = (await statements(process.argv[2])).filter(isSelect);
const ours = sqls.filter((sql) => accepts(parseSelect, sql));
const sqliteParser = new sqlite.Parser();
const postgresqlParser = new postgresql.Parser();
const rivals: readonly (readonly [name: string, parse: Parse])[] = [
  ["node-sql-parser sqlite", (sql) => sqliteParser.astify(sql, { database: "sqlite" })],
  ["node-sql-parser postgresql", (sql) => postgresqlParser.astify(sql, { database: "postgresql" })],
];

const share = (part: number): string => `${part}/${sqls.length} (${(100 * part / sqls.length).toFixed(1)}%)`;
const hash = createHash("sha256");
for (const sql of ours) hash.update(printQuery(parseSelect(sql)));
const bytes = sqls.reduce((sum, sql) => sum + sql.length, 0);
const out = (line: string): void => void process.stdout.write(`${line}\n`);

out(`${sqls.length} SELECTs, ${(bytes / sqls.length).toFixed(0)} characters each on average`);
out(`lex          ${time(lex, sqls).toFixed(1)} µs`);
out(`classify     ${time(classify, sqls).toFixed(1)} µs`);
out(
  `parseSelect  ${time(parseSelect, ours).toFixed(1)} µs, accepted ${share(ours.length)}, trees ${
    hash.digest("hex").slice(0, 12)
  }`,
);
for (const [name, parse] of rivals) {
  const accepted = sqls.filter((sql) => accepts(parse, sql));
  const both = ours.filter((sql) => accepted.includes(sql));
  const [theirs, own] = [time(parse, both), time(parseSelect, both)];
  const ratio = (theirs / own).toFixed(1);
  out(
    `${name}: accepted ${share(accepted.length)}; on the ${both.length} common ones ${theirs.toFixed(1)} µs against ${
      own.toFixed(1)
    } µs, ratio ${ratio}`,
  );
}
