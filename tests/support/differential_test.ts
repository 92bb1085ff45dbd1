import assert from "node:assert/strict";
import type { ExactValue } from "../../src/types/mod.ts";
import { type ComparisonRules, differenceOf, formatOutcome, type Outcome, valuesEqual } from "./differential.ts";

const EXACT: ComparisonRules = { realTolerance: 0, order: [], looseText: false };

function rowsOf(...rows: readonly (readonly ExactValue[])[]): Outcome {
  return { kind: "rows", columns: (rows[0] ?? []).map((_, i) => ({ name: `c${i}`, declaredType: null })), rows };
}

const CASES: readonly (readonly [name: string, Outcome, Outcome, Partial<ComparisonRules>, RegExp | null])[] = [
  ["accepts equal rows in another order when the order is free", rowsOf([1n], [2n]), rowsOf([2n], [1n]), {}, null],
  ["tells INTEGER from REAL", rowsOf([1n]), rowsOf([1]), {}, /lacks the row \(1\)/],
  ["tells text from a number", rowsOf(["1"]), rowsOf([1n]), {}, /lacks the row/],
  ["tells NULL from empty text", rowsOf([null]), rowsOf([""]), {}, /lacks the row/],
  ["compares big integers exactly", rowsOf([9007199254740993n]), rowsOf([9007199254740992n]), {}, /lacks/],
  ["counts how often a row comes", rowsOf([1n], [1n], [2n]), rowsOf([1n], [2n], [2n]), {}, /lacks the row \(1\)/],
  ["takes signed zeros as equal", rowsOf([0]), rowsOf([-0]), {}, null],
  ["compares blobs by content", rowsOf([Uint8Array.of(1)]), rowsOf([Uint8Array.of(2)]), {}, /x'01'/],
  ["refuses the last bit without a tolerance", rowsOf([0.3]), rowsOf([0.1 + 0.2]), {}, /lacks/],
  ["allows the last bit with a tolerance", rowsOf([0.3]), rowsOf([0.1 + 0.2]), { realTolerance: 1e-12 }, null],
  ["keeps infinities apart with a tolerance", rowsOf([Infinity]), rowsOf([1e308]), { realTolerance: 1e-12 }, /lacks/],
  [
    "pairs rows whose doubles sort differently",
    rowsOf([0.3, 1], [0.1 + 0.2, 2]),
    rowsOf([0.1 + 0.2, 1], [0.3, 2]),
    { realTolerance: 1e-12 },
    null,
  ],
  [
    "demands the order of sort keys",
    rowsOf([1n, "a"], [2n, "b"]),
    rowsOf([2n, "b"], [1n, "a"]),
    { order: [0] },
    /order/,
  ],
  ["leaves ties free", rowsOf([1n, "a"], [1n, "b"]), rowsOf([1n, "b"], [1n, "a"]), { order: [0] }, null],
  [
    "demands the whole order when asked",
    rowsOf([1n, "a"], [1n, "b"]),
    rowsOf([1n, "b"], [1n, "a"]),
    { order: "all" },
    /order/,
  ],
  ["ties texts under a loose collation", rowsOf(["a"], ["A"]), rowsOf(["A"], ["a"]), {
    order: [0],
    looseText: true,
  }, null],
  ["accepts a decline", rowsOf([1n]), { kind: "declined", cause: "function", reason: "f" }, {}, null],
  [
    "refuses an answer where SQLite fails",
    { kind: "error", code: "SQL_ERROR", message: "overflow" },
    rowsOf([1n]),
    {},
    /overflow/,
  ],
  [
    "refuses an error where SQLite answers",
    rowsOf([1n]),
    { kind: "error", code: "SQL_ERROR", message: "no" },
    {},
    /mirror fails/,
  ],
];

for (const [name, expected, actual, rules, message] of CASES) {
  Deno.test(`differenceOf() ${name}`, () => {
    const difference = differenceOf(expected, actual, { ...EXACT, ...rules });
    if (message === null) assert.equal(difference, null);
    else assert.match(difference ?? "no difference", message);
  });
}

Deno.test("differenceOf() compares names and declared types of columns", () => {
  const one: Outcome = { kind: "rows", columns: [{ name: "a", declaredType: "INT" }], rows: [] };
  const renamed: Outcome = { ...one, columns: [{ name: "A", declaredType: "INT" }] };
  const retyped: Outcome = { ...one, columns: [{ name: "a", declaredType: null }] };
  assert.equal(differenceOf(one, one, EXACT), null);
  assert.match(differenceOf(one, renamed, EXACT) ?? "", /column names differ: \["a"\] and \["A"\]/);
  assert.match(differenceOf(one, retyped, EXACT) ?? "", /declared types differ/);
});

Deno.test("valuesEqual() tells classes apart for every pair of classes", () => {
  const values: readonly ExactValue[] = [null, 1n, 1, "1", Uint8Array.of(49)];
  for (const a of values) {
    for (const b of values) assert.equal(valuesEqual(a, b, 1), a === b);
  }
});

Deno.test("formatOutcome() shortens long results and shows classes", () => {
  assert.equal(
    formatOutcome(rowsOf([1n, 1, "1"], [null, 2.5, ""]), 1),
    'columns ["c0","c1","c2"]\n(1, 1.0, "1")\n… 1 more rows',
  );
});
