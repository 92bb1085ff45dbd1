import assert from "node:assert/strict";
import Database from "libsql";
import { realExactText, realShellText } from "./real_text.ts";

/** Doubles of every magnitude from a fixed seed (xorshift), money-like values among them. */
function* samples(count: number): Iterable<number> {
  const bits = new DataView(new ArrayBuffer(8));
  let state = 88172645463325252n;
  const next = () => {
    state ^= (state << 13n) & 0xffffffffffffffffn;
    state ^= state >> 7n;
    state ^= (state << 17n) & 0xffffffffffffffffn;
    return state;
  };
  for (let i = 0; i < count; i++) {
    bits.setBigUint64(0, next());
    const any = bits.getFloat64(0);
    if (Number.isFinite(any)) yield any;
    yield Number(next() % 100_000_000n) / 100;
    yield (Number(next() % 2_000_001n) - 1_000_000) * 10 ** (Number(next() % 24n) - 8);
  }
}

const EDGES = [0, -0, 1, -1, 0.1, 0.1 + 0.2, 1e14, 1e15, 1e16, 1e-4, 1e-5, 9.995, 99999999999999.99, 999999999999999.9];
const EXTREMES = [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1e300, 2 ** 53, 100000000000000.5, 1 / 3];

Deno.test("realShellText() equals SQLite's own text of a REAL", () => {
  const database = new Database(":memory:");
  const statement = database.prepare("select cast(? + 0.0 as text)").raw(true);
  const ofSqlite = (value: number) => (statement.get([value]) as string[])[0];
  for (const value of [...EDGES, ...EXTREMES]) assert.equal(realShellText(value), ofSqlite(value), String(value));
  let differing = 0;
  for (const value of samples(20_000)) {
    const [ours, theirs] = [realShellText(value), ofSqlite(value)];
    if (ours === theirs) continue;
    differing += 1;
    assert.ok(
      Math.abs(Number(ours) - Number(theirs)) <= Math.abs(value) * 2e-14,
      `${value}: ${ours} against ${theirs}`,
    );
  }
  assert.ok(differing <= 6, `${differing} of about 60,000 differ in the last digit`);
  database.close();
});

Deno.test("realExactText() reads back as the same double and never looks like an INTEGER", () => {
  for (const value of [...EDGES, ...EXTREMES, ...samples(2_000)]) {
    const text = realExactText(value);
    assert.ok(Object.is(Number(text), value), text);
    assert.ok(/[.e]/.test(text), text);
  }
});

Deno.test("realShellText() and realExactText() name infinities as SQLite's shell does", () => {
  assert.equal(realShellText(Infinity), "Inf");
  assert.equal(realExactText(-Infinity), "-Inf");
});
