import assert from "node:assert/strict";
import Database from "libsql";
import { classify } from "../../src/sql/mod.ts";
import { type Outcome, refusedBySqlite, roundTrip, roundTripOver } from "./round_trip.ts";

/**
 * Measures the parser over statements from elsewhere: `RHEI_SQL_CORPUS` names a folder of `*.jsonl` files, one
 * `{"sql": …}` per line, and sqllogictest files (`*.test`), whose own set-up is run. Prints, per file, how many SELECTs were
 * accepted and how many gave the same result when printed and run again.
 */
const folder = Deno.env.get("RHEI_SQL_CORPUS");

class Tally {
  readonly outcomes: { sql: string; outcome: Outcome }[] = [];

  constructor(readonly file: string) {}

  count(kind: Outcome["kind"]): number {
    return this.outcomes.filter(({ outcome }) => outcome.kind === kind).length;
  }

  /** The file's line of the report, and a line for each cause of exclusion or refusal. */
  report(): string {
    const equal = this.count("equal");
    const compared = equal + this.count("different");
    const total = this.outcomes.length;
    const accepted = total - this.count("refused");
    const equals = this.outcomes.flatMap(({ outcome }) => outcome.kind === "equal" ? [outcome] : []);
    const withRows = equals.filter(({ rows }) => rows > 0).length;
    const samePrograms = equals.filter(({ sameProgram }) => sameProgram).length;
    const lines = [
      `${this.file}: accepted ${accepted}/${total} ${percent(accepted, total)}, equal ${equal}/${compared} ` +
      `${percent(equal, compared)} (${withRows} with rows, ${samePrograms} compiled to the same bytecode), excluded ${
        this.count("excluded")
      }`,
    ];
    const causes = new Map<string, number>();
    for (const { sql, outcome } of this.outcomes) {
      if (outcome.kind === "excluded") causes.set(outcome.reason, (causes.get(outcome.reason) ?? 0) + 1);
      if (outcome.kind === "refused") {
        lines.push(`  refused: ${outcome.reason} | libSQL: ${outcome.sqlite} | ${sql.slice(0, 160)}`);
      }
      if (outcome.kind === "different") lines.push(`  different: ${sql}\n  printed ${outcome.detail}`);
    }
    for (const [cause, count] of causes) lines.push(`  excluded ${count}: ${cause}`);
    return lines.join("\n");
  }

  /** Statements the parser gets wrong: unequal, or refused though libSQL's grammar takes them. */
  faults(): string[] {
    return this.outcomes.filter(({ outcome }) =>
      outcome.kind === "different" || (outcome.kind === "refused" && !refusedBySqlite(outcome.sqlite))
    ).map(({ sql }) => sql);
  }
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "" : `(${(100 * part / whole).toFixed(2)}%)`;
}

function isSelect(sql: string): boolean {
  try {
    return classify(sql).kind === "select";
  } catch {
    // No tokens of SQLite: kept, so that the refusal is counted and compared with libSQL's.
    return true;
  }
}

function measureLines(file: string, text: string): Tally {
  const tally = new Tally(file);
  text.split("\n").filter((line) => line.trim() !== "").forEach((line, index) => {
    const { sql } = JSON.parse(line) as { sql: string };
    if (isSelect(sql)) tally.outcomes.push({ sql, outcome: roundTrip(sql, index) });
  });
  return tally;
}

/** Records of a sqllogictest file that are meant for SQLite, in order. */
function* sqlLogicRecords(text: string): Generator<{ sql: string; isQuery: boolean }> {
  for (const block of text.split(/\n\s*\n/)) {
    const lines = block.split("\n").map((line) => line.trimEnd()).filter((line) => !line.startsWith("#"));
    let skipped = false;
    while (/^(skipif|onlyif) /.test(lines[0] ?? "")) {
      const [what, engine] = (lines.shift() ?? "").split(/\s+/);
      skipped ||= (what === "onlyif") !== (engine === "sqlite");
    }
    const head = lines.shift() ?? "";
    const isQuery = head.startsWith("query");
    if (skipped || (!isQuery && !head.startsWith("statement"))) continue;
    const results = lines.indexOf("----");
    yield { sql: (results < 0 ? lines : lines.slice(0, results)).join("\n"), isQuery };
  }
}

function measureSqlLogic(file: string, text: string): Tally {
  const tally = new Tally(file);
  const db = new Database(":memory:");
  for (const { sql, isQuery } of sqlLogicRecords(text)) {
    if (isQuery && isSelect(sql)) tally.outcomes.push({ sql, outcome: roundTripOver(db, sql) });
    else {
      try {
        db.exec(sql);
      } catch {
        // `statement error` records fail on purpose; a set-up that fails shows as equal errors of the queries after it.
      }
    }
  }
  db.close();
  return tally;
}

Deno.test({
  name: "parseSelect() keeps the meaning of an external corpus when RHEI_SQL_CORPUS names one",
  ignore: folder === undefined,
  fn() {
    const faults: string[] = [];
    for (const { name } of [...Deno.readDirSync(folder ?? "")].sort((a, b) => a.name < b.name ? -1 : 1)) {
      const measure = name.endsWith(".jsonl") ? measureLines : name.endsWith(".test") ? measureSqlLogic : null;
      if (measure === null) continue;
      const tally = measure(name, Deno.readTextFileSync(`${folder}/${name}`));
      // deno-lint-ignore no-console -- the report is what this test is run for
      if (tally.outcomes.length > 0) console.log(tally.report());
      faults.push(...tally.faults());
    }
    assert.deepEqual(faults, []);
  },
});
