import assert from "node:assert/strict";
import { ServiceLog } from "./service_log.ts";

function linesOf(json: boolean, body: (log: ServiceLog) => void): string[] {
  const lines: string[] = [];
  body(
    new ServiceLog({ json, color: false, write: (line) => lines.push(line), now: () => Date.UTC(2026, 0, 2, 3, 4, 5) }),
  );
  return lines;
}

Deno.test("ServiceLog writes one JSON object per line for programs", () => {
  const [line = "", ...rest] = linesOf(
    true,
    (log) => log.warn("table_absent", 'table "a\nb"', { table: "a\nb", n: 1 }),
  );
  assert.deepEqual(rest, []);
  assert.ok(!line.includes("\n"));
  assert.deepEqual(JSON.parse(line), {
    time: "2026-01-02T03:04:05.000Z",
    level: "warn",
    event: "table_absent",
    message: 'table "a\nb"',
    table: "a\nb",
    n: 1,
  });
});

Deno.test("ServiceLog writes lines for people at a terminal", () => {
  const lines = linesOf(false, (log) => {
    log.info("started", "serving");
    log.error("failed", "two\nlines");
  });
  assert.equal(lines[0], "2026-01-02 03:04:05  serving");
  assert.match(lines[1] ?? "", /^2026-01-02 03:04:05 {2}error: two\S* ?lines$/);
});
