import assert from "node:assert/strict";
import type { NoticeKind } from "../types/mod.ts";
import { captureNotices } from "./capture_notices.ts";

const CASES: readonly {
  readonly name: string;
  readonly added?: readonly string[];
  readonly renewed?: readonly string[];
  readonly notices: readonly (readonly [NoticeKind, string])[];
}[] = [
  { name: "nothing of nothing", notices: [] },
  { name: "one table", added: ["t"], notices: [["tracked", "tracking changes of table t"]] },
  {
    name: "tables added and renewed, each by its own kind",
    added: ["t", "u"],
    renewed: ["v"],
    notices: [
      ["tracked", "tracking changes of 2 tables (t, u)"],
      ["renewed", "schema changed: tracking renewed for table v"],
    ],
  },
  {
    name: "many tables by their number",
    added: ["a", "b", "c", "d"],
    notices: [["tracked", "tracking changes of 4 tables (a, b, c, …)"]],
  },
];

for (const { name, added = [], renewed = [], notices } of CASES) {
  Deno.test(`captureNotices() tells of ${name}`, () => {
    const told = captureNotices({ added, renewed, schemaVersion: 1 });
    assert.deepEqual(told.map(({ kind, text }) => [kind, text]), notices);
  });
}
