import assert from "node:assert/strict";
import type { ExactValue, RowSet } from "../../src/types/mod.ts";
import { type ChartKind, renderChart } from "./chart.ts";
import { paletteFor } from "./palette.ts";
import { textWidth } from "./text_width.ts";

function set(names: readonly string[], ...rows: ExactValue[][]): RowSet {
  return { columns: names.map((name) => ({ name, declaredType: null })), rows };
}

function drawn(rows: RowSet, kind: ChartKind | null = null, width = 40): string | null {
  return renderChart(rows, kind, { width, height: 12, palette: null });
}

Deno.test("renderChart() draws bars to scale beside their labels", () => {
  assert.equal(
    drawn(set(["genre", "tracks"], ["Rock", 1000n], ["Jazz", 500n], ["None", 0n], [null, null])),
    [
      "Rock  ███████████████████████████  1,000",
      "Jazz  █████████████▌                 500",
      "None                                   0",
      "NULL                                NULL",
    ].join("\n"),
  );
});

Deno.test("renderChart() draws negative bars to the left of the zero", () => {
  assert.equal(
    drawn(set(["k", "v"], ["a", -1], ["b", 3]), "bar", 16),
    "a  ██         -1\nb    ██████▊   3",
  );
});

Deno.test("renderChart() draws all columns of numbers and names them", () => {
  const lines = drawn(set(["k", "x", "y"], ["a", 1n, 2n]), "bar")!.split("\n");
  assert.deepEqual(lines.map((line) => [line[0], line.at(-1)]), [["a", "1"], [" ", "2"], [undefined, undefined], [
    "b",
    "y",
  ]]);
  assert.match(lines.at(-1)!, /: x, y$/);
});

Deno.test("renderChart() draws many rows as a line that fits", () => {
  const rows = set(["day", "total"], ...Array.from({ length: 300 }, (_, day) => [`d${day}`, BigInt(day)]));
  const lines = drawn(rows, null, 60)!.split("\n");
  for (const line of lines) assert.ok(textWidth(line) <= 60, line);
  assert.ok(lines.length <= 12, String(lines.length));
  assert.match(lines[0]!, /^ *297 [┤┼]/);
  assert.match(lines.at(-1)!, /d0 +d299$/);
  assert.match(lines.join("\n"), /╭/);
});

Deno.test("renderChart() survives flat lines, single rows, gaps and infinities", () => {
  for (const values of [[5n, 5n, 5n], [1n], [1n, null, 3n], [Infinity, 1, -Infinity], [null, 2n]] as ExactValue[][]) {
    const rows = set(["v"], ...values.map((value) => [value]));
    for (const kind of ["bar", "line"] as const) assert.equal(typeof drawn(rows, kind), "string", `${kind} ${values}`);
  }
});

Deno.test("renderChart() has nothing to draw without numbers", () => {
  assert.equal(drawn(set(["name"], ["a"])), null);
  assert.equal(drawn(set(["name", "n"])), null);
});

Deno.test("renderChart() colours each series where colours may be used", () => {
  const palette = paletteFor({ TERM: "xterm-256color" });
  const rows = set(["k", "x", "y"], ["a", 1n, 2n], ["b", 2n, 1n]);
  for (const kind of ["bar", "line"] as const) {
    const text = renderChart(rows, kind, { width: 40, height: 12, palette })!;
    for (const style of palette.series.slice(0, 2)) assert.ok(text.includes(`\x1b[${style}m`), `${kind} ${style}`);
  }
});
