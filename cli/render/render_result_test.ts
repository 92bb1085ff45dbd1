import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import type { ExactValue, RowSet } from "../../src/types/mod.ts";
import { RESULT_FORMATS, type ResultFormat } from "../../src/config/mod.ts";
import { RENDER_DEFAULTS, type RenderOptions, renderResult } from "./mod.ts";
import { textWidth } from "./text_width.ts";

function set(names: readonly string[], ...rows: ExactValue[][]): RowSet {
  return { columns: names.map((name) => ({ name, declaredType: null })), rows };
}

function text(
  format: ResultFormat,
  rows: RowSet,
  options: Partial<RenderOptions> = {},
) {
  return [...renderResult(format, rows, { ...RENDER_DEFAULTS, ...options })].join("");
}

/** Every storage class, and texts that a careless format would break on. */
const MIXED = set(
  ["id", "price", 'na"me, x', "note|y"],
  [1n, 1, "plain", "a\tb"],
  [9223372036854775807n, 0.1 + 0.2, "", null],
  [-9007199254740993n, -Infinity, 'quote " and, comma', "line\nbreak\r\nand | pipe \\ slash"],
  [null, 1e21, " spaced ", new Uint8Array([0, 255])],
  [0n, -0, "日本語 🙂", "NULL"],
);

Deno.test("renderResult() gives CSV and TSV that read back as the same fields", () => {
  for (const [format, delimiter] of [["csv", ","], ["tsv", "\t"]] as const) {
    const cast = (field: string, context: { quoting: boolean }) => field === "" && !context.quoting ? null : field;
    const parsed = parse(text(format, MIXED), { delimiter, cast }) as (string | null)[][];
    assert.deepEqual(parsed, [
      ["id", "price", 'na"me, x', "note|y"],
      ["1", "1.0", "plain", "a\tb"],
      ["9223372036854775807", "0.30000000000000004", "", null],
      ["-9007199254740993", "-Inf", 'quote " and, comma', "line\nbreak\r\nand | pipe \\ slash"],
      [null, "1e+21", " spaced ", "x'00ff'"],
      ["0", "-0.0", "日本語 🙂", "NULL"],
    ]);
  }
});

Deno.test("renderResult() gives JSON and JSON Lines with exact digits", () => {
  const lines = text("jsonl", MIXED).trimEnd().split("\n");
  assert.equal(text("json", MIXED), `[${lines.join(",\n")}]\n`);
  assert.equal(lines[1], '{"id":9223372036854775807,"price":0.30000000000000004,"na\\"me, x":"","note|y":null}');
  assert.equal(lines[0], '{"id":1,"price":1.0,"na\\"me, x":"plain","note|y":"a\\tb"}');
  const parsed = lines.map((line) => JSON.parse(line));
  assert.equal(parsed[2]["price"], -Infinity);
  assert.equal(parsed[2]["note|y"], "line\nbreak\r\nand | pipe \\ slash");
  assert.equal(parsed[3]["note|y"], "x'00ff'");
  assert.ok(Object.is(parsed[4]["price"], -0));
});

Deno.test("renderResult() keeps every value in JSON when column names repeat", () => {
  assert.equal(text("jsonl", set(["a", "a", "a:1", "a"], [1n, 2n, 3n, 4n])), '{"a":1,"a:1":2,"a:1:1":3,"a:2":4}\n');
});

Deno.test("renderResult() gives Markdown whose cells read back", () => {
  const lines = text("markdown", MIXED).trimEnd().split("\n");
  const cells = lines.map((line) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim()));
  assert.ok(cells.every((row) => row.length === 4), "an unescaped pipe would make a fifth cell");
  assert.match(cells[1]![0]!, /^-+:$/);
  assert.match(cells[1]![2]!, /^-+$/);
  assert.deepEqual(cells[3], ["9223372036854775807", "0.3", "", "NULL"]);
  assert.equal(cells[4]![3], "line<br>break<br>and \\| pipe \\\\ slash");
});

Deno.test("renderResult() gives one line per value in line format", () => {
  const rows = text("line", MIXED, { toTerminal: true }).trimEnd().split("\n\n");
  assert.equal(rows.length, 5);
  const fields = rows.map((row) => row.split("\n").map((line) => line.split(" = ")));
  assert.ok(fields.every((row) => row.length === 4));
  assert.deepEqual(fields[2]!.map(([name]) => name!.trim()), ["id", "price", 'na"me, x', "note|y"]);
  assert.equal(fields[2]![3]![1], "line␊break␍␊and | pipe \\ slash");
});

Deno.test("renderResult() draws a box with aligned borders, numbers to the right and NULL apart from empty", () => {
  assert.equal(
    text("box", set(["id", "name", "price"], [1n, "a", 1], [200n, "", null], [null, "x\ny", 2.5])),
    [
      "┌──────┬──────┬───────┐",
      "│   id │ name │ price │",
      "├──────┼──────┼───────┤",
      "│    1 │ a    │   1.0 │",
      "│  200 │      │  NULL │",
      "│ NULL │ x␊y  │   2.5 │",
      "└──────┴──────┴───────┘",
      "",
    ].join("\n"),
  );
});

Deno.test("renderResult() styles only NULL and header of a box when colour is on", () => {
  const plain = text("box", MIXED);
  const colored = text("box", MIXED, { color: true });
  // deno-lint-ignore no-control-regex -- taking the escape sequences out again
  assert.equal(colored.replace(/\x1b\[\d+m/g, ""), plain);
  assert.ok(colored.includes("\x1b[2m"), "NULL is dim");
  assert.ok(colored.includes("\x1b[1m"), "the header is bold");
  assert.ok(!plain.includes("\x1b"));
});

Deno.test("renderResult() keeps a box within the terminal's width", () => {
  const wide = set(
    ["id", "a long column name indeed", "text", "日本"],
    [1n, "short", "x".repeat(10_000), "日本語".repeat(40)],
    [2n, "👩‍👩‍👧‍👦".repeat(50), "y", "z"],
  );
  for (const width of [200, 80, 60, 40, 30, 20, 14]) {
    const lines = text("box", wide, { width }).trimEnd().split("\n").filter((line) => !line.endsWith("shown"));
    const widths = new Set(lines.map(textWidth));
    assert.equal(widths.size, 1, `all lines are equally wide at ${width}`);
    assert.ok([...widths][0]! <= width, `${[...widths][0]} columns of ${width}`);
  }
});

Deno.test("renderResult() narrows the widest column and leaves narrow ones alone", () => {
  const lines = text("box", set(["id", "text"], [123456789n, "x".repeat(100)]), { width: 40 }).split("\n");
  assert.equal(lines[3], `│ 123456789 │ ${"x".repeat(23)}… │`);
});

Deno.test("renderResult() cuts no number while texts and headers can be narrowed, or columns left out", () => {
  const names = ["id", "a name", "bytes of it", "b", "c", "d"];
  const rows = set(names, [1n, "some text", 11170334n, "x".repeat(30), -1234.5678901234, 9223372036854775807n]);
  for (const width of [110, 80, 70, 60, 50]) {
    const lines = text("box", rows, { width }).split("\n");
    const cells = lines[3]!.slice(1, -1).split("│").map((cell) => cell.trim());
    assert.ok(lines.every((line) => textWidth(line) <= width), `fits ${width}`);
    for (const cell of cells) assert.ok(cell === "…" || !/^-?\d.*…$/.test(cell), `${cell} at ${width}`);
  }
});

Deno.test("renderResult() leaves out middle columns with a count when they cannot fit", () => {
  const names = Array.from({ length: 20 }, (_, index) => `column${index}`);
  const output = text("box", set(names, names.map((name) => name)), { width: 60 });
  assert.match(output, /│ colum… │ colum… │ … │ .*colum… │\n/);
  assert.match(output, /20 columns, \d shown\n$/);
});

Deno.test("renderResult() shows head and tail of a long result with a count", () => {
  const rows = Array.from({ length: 1234 }, (_, index) => [BigInt(index)]);
  const lines = text("box", set(["n"], ...rows), { maxRows: 4 }).split("\n").map((line) =>
    line.replaceAll(/[│ ]/g, "")
  );
  assert.deepEqual(lines.slice(3, 8), ["0", "1", "·", "1232", "1233"]);
  assert.equal(lines[9], "1,234rows,4shown");
  assert.equal(text("box", set(["n"], ...rows)).split("\n").length, 1234 + 5);
});

Deno.test("renderResult() shows a header without rows, and nothing without columns", () => {
  const none = set(["a", "b"]);
  assert.deepEqual(RESULT_FORMATS.map((format) => [format, text(format, none)]), [
    ["box", "┌───┬───┐\n│ a │ b │\n├───┼───┤\n└───┴───┘\n"],
    ["csv", "a,b\n"],
    ["tsv", "a\tb\n"],
    ["json", "[]\n"],
    ["jsonl", ""],
    ["markdown", "| a   | b   |\n| --- | --- |\n"],
    ["line", ""],
    ["table", "+---+---+\n| a | b |\n+---+---+\n+---+---+\n"],
    ["column", "a  b\n-  -\n"],
    ["list", "a|b\n"],
    ["quote", "'a','b'\n"],
    ["insert", ""],
    ["html", "<tr><th>a</th><th>b</th></tr>\n"],
    ["off", ""],
  ]);
  for (const format of RESULT_FORMATS) assert.equal(text(format, set([])), "", format);
});

Deno.test("renderResult() lets no control character of the data reach a terminal in formats for people", () => {
  const hostile = set(["a\x1b[2J"], ["\x1b]0;title\x07\x9b31m\u202e\r\x7f"]);
  for (const format of ["box", "line", "markdown", "table", "column", "list", "html"] as const) {
    // deno-lint-ignore no-control-regex -- looking for control characters is the test
    assert.doesNotMatch(text(format, hostile, { toTerminal: true }), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/, format);
  }
});

Deno.test("renderResult() leaves control characters as they are where no terminal obeys them", () => {
  const controls = set(["c\u0001"], ["a\tb\nc\x1b\u202e"]);
  assert.equal(text("list", controls), "c\u0001\na\tb\nc\x1b\u202e\n");
  assert.equal(text("line", controls), "c\u0001 = a\tb\nc\x1b\u202e\n");
  assert.equal(text("html", controls), "<tr><th>c\u0001</th></tr>\n<tr><td>a\tb\nc\x1b\u202e</td></tr>\n");
  assert.ok(text("markdown", controls).includes("a\tb<br>c\x1b\u202e"));
  for (const format of ["box", "table", "column"] as const) {
    // deno-lint-ignore no-control-regex -- looking for control characters is the test
    assert.doesNotMatch(text(format, controls), /[\x00-\x09\x0b-\x1f]/, format);
  }
});

Deno.test("renderResult() previews long blobs by size on a terminal alone", () => {
  const blob = set(["b"], [new Uint8Array(2048)]);
  assert.equal(text("line", blob, { toTerminal: true }), `b = x'${"00".repeat(16)}…' (2.0 kB)\n`);
  for (const format of RESULT_FORMATS.filter((format) => format !== "off")) {
    assert.ok(text(format, blob).includes("00".repeat(2048)), format);
  }
});

const SHORT = set(["id", "it's"], [1n, "a<b"], [null, "x"]);

for (
  const [format, expected] of [
    ["table", "+------+------+\n|   id | it's |\n+------+------+\n|    1 | a<b  |\n| NULL | x    |\n+------+------+\n"],
    ["column", "  id  it's\n----  ----\n   1  a<b\nNULL  x\n"],
    ["list", "id|it's\n1|a<b\n|x\n"],
    ["quote", "'id','it''s'\n1,'a<b'\nNULL,'x'\n"],
    ["insert", `INSERT INTO "table"(id,"it's") VALUES(1,'a<b');\nINSERT INTO "table"(id,"it's") VALUES(NULL,'x');\n`],
    [
      "html",
      "<tr><th>id</th><th>it&#39;s</th></tr>\n<tr><td>1</td><td>a&lt;b</td></tr>\n<tr><td>NULL</td><td>x</td></tr>\n",
    ],
    ["off", ""],
  ] as const
) {
  Deno.test(`renderResult() prints ${format}`, () => assert.equal(text(format, SHORT), expected));
}

Deno.test("renderResult() prints NULL as asked in formats for people, and as it must be in those for programs", () => {
  for (const format of ["box", "csv", "line", "markdown", "table", "column", "list", "html"] as const) {
    assert.match(text(format, SHORT, { nullText: "(none)" }), /\(none\)/, format);
  }
  for (const format of ["json", "jsonl", "quote", "insert"] as const) {
    assert.match(text(format, SHORT, { nullText: "(none)" }), /null/i, format);
  }
});

Deno.test("renderResult() leaves out the header when asked", () => {
  for (const format of ["box", "csv", "tsv", "table", "column", "list", "quote", "html"] as const) {
    assert.doesNotMatch(text(format, SHORT, { headers: false }), /id/, format);
  }
});

Deno.test("renderResult() wraps wide values when asked, between words where it can", () => {
  const rows = set(["n", "text"], [1n, "some words that do not fit\nsecond line"], [2n, "y".repeat(18)]);
  assert.equal(
    text("box", rows, { width: 20, wrap: true }),
    [
      "┌───┬──────────────┐",
      "│ n │ text         │",
      "├───┼──────────────┤",
      "│ 1 │ some words   │",
      "│   │ that do not  │",
      "│   │ fit          │",
      "│   │ second line  │",
      "│ 2 │ yyyyyyyyyyyy │",
      "│   │ yyyyyy       │",
      "└───┴──────────────┘",
      "",
    ].join("\n"),
  );
});

Deno.test("renderResult() takes column widths as given, negative ones to the right", () => {
  const rows = set(["first", "second", "third"], ["abcdef", "b", "c"]);
  assert.equal(text("column", rows, { cellWidths: [4, -8, 0] }).split("\n")[2], "abc…         b  c");
});
