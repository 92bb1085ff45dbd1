import assert from "node:assert/strict";
import Database from "libsql";
import { type Affinity, affinityOf } from "../../../types/mod.ts";
import { applyNumeric, applyText, castTo } from "./cast.ts";
import { compareValues } from "./compare.ts";
import { Oracle, someUnreadable, VALUES } from "./libsql_oracle_test.ts";
import { realPrefix } from "./numeric_text.ts";
import { realToText } from "./real_text.ts";

for (const type of ["integer", "real", "text", "numeric", "blob"]) {
  Deno.test(`castTo() gives what libSQL's CAST AS ${type} gives`, () => {
    const oracle = new Oracle();
    const affinity: Affinity = affinityOf(type);
    oracle.compare(`cast(a.v as ${type})`, [VALUES], (value) => castTo(value, affinity));
    oracle.close();
  });
}

Deno.test("applyNumeric() and applyText() convert operands as libSQL's comparisons do", () => {
  const oracle = new Oracle();
  const compare =
    (convert: typeof applyText) => (...[a = null, b = null]: readonly Parameters<typeof applyText>[0][]) =>
      a === null || b === null ? null : BigInt(compareValues(convert(a)!, convert(b)!, "BINARY") < 0);
  const pairs = [VALUES, VALUES];
  oracle.compare(
    "cast(a.v as text) < +b.v",
    pairs,
    (a, b) => compare(applyText)(castTo(a!, "text"), b!),
    someUnreadable,
  );
  oracle.compare("cast(a.v as numeric) < +b.v", pairs, (a, b) => compare(applyNumeric)(castTo(a!, "numeric"), b!));
  oracle.close();
});

/** Doubles of all sizes, the same on every run. */
function* doubles(count: number): Generator<number> {
  const view = new DataView(new ArrayBuffer(8));
  let state = 42n;
  for (let index = 0; index < count; index++) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    view.setBigUint64(0, state ^ (state >> 31n));
    const bits = view.getFloat64(0);
    const unit = Number(state >> 11n) / 2 ** 53;
    const decimal = Math.round(unit * 1e6) / 10 ** (index % 7);
    const chosen = [bits, unit, unit * 10 ** (index % 20), decimal, Math.round(unit * 1e9) / 1024][index % 5]!;
    if (!Number.isNaN(chosen)) yield chosen;
  }
}

Deno.test("realToText() and realPrefix() give what libSQL gives for any double", () => {
  const db = new Database(":memory:");
  const all = [...doubles(30_000)];
  for (let at = 0; at < all.length; at += 500) {
    const batch = all.slice(at, at + 500);
    const marks = batch.map(() => "cast(? as real) || ''").join(", ");
    const texts = db.prepare(`select ${marks}`).raw(true).get(...batch) as string[];
    assert.deepEqual(batch.map(realToText), texts);
    const decimals = batch.map((value, index) => index % 2 === 0 ? value.toPrecision(17) : texts[index]!);
    const reals = db.prepare(`select ${decimals.map(() => "cast(? as real)").join(", ")}`).raw(true).get(...decimals);
    assert.deepEqual(decimals.map(realPrefix), reals);
  }
  db.close();
});
