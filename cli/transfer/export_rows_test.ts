import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RheiError } from "../../src/errors/mod.ts";
import type { ExactValue, RowSet } from "../../src/types/mod.ts";
import { exportRows } from "./mod.ts";
import { openRowSource } from "./open_row_source.ts";

function set(names: readonly string[], ...rows: ExactValue[][]): RowSet {
  return { columns: names.map((name) => ({ name, declaredType: null })), rows };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What rhei's own reader makes of a file. */
async function readBack(path: string): Promise<{ names: string[]; types: (string | null)[]; rows: ExactValue[][] }> {
  const source = await openRowSource(path, {});
  try {
    const rows: ExactValue[][] = [];
    for await (const batch of source.batches()) for (const row of batch.rows) rows.push([...row]);
    return {
      names: source.columns.map((column) => column.name),
      types: source.columns.map((column) => column.declaredType),
      rows,
    };
  } finally {
    await source.close();
  }
}

const ROWS: ExactValue[][] = [
  [9223372036854775807n, 0.1 + 0.2, "quote \" ' and 日本\n🙂", Uint8Array.of(0, 255), null],
  [null, null, null, null, null],
  [-9007199254740993n, -Infinity, "", Uint8Array.of(), null],
  [0n, 1, "NULL", Uint8Array.of(1), null],
];
const ALL = set(["i", "r", "t", "b", "nothing"], ...ROWS);

Deno.test("exportRows() writes Parquet and Arrow that hold the same values with exact types", () =>
  inFolder(async (folder) => {
    for (const file of ["a.parquet", "a.arrow"]) {
      const path = join(folder, file);
      await exportRows(ALL, path);
      const back = await readBack(path);
      assert.deepEqual(back.names, ["i", "r", "t", "b", "nothing"], file);
      assert.deepEqual(back.types, ["INTEGER", "REAL", "TEXT", "BLOB", "TEXT"], file);
      const plain = (rows: ExactValue[][]) =>
        rows.map((row) => row.map((value) => value instanceof Uint8Array ? [...value] : value));
      assert.deepEqual(plain(back.rows), plain(ROWS), file);
    }
  }));

Deno.test("exportRows() writes JSON and JSON Lines that hold the same values, blobs as literals", () =>
  inFolder(async (folder) => {
    const expected = ROWS.map((row) =>
      row.map((value) => value instanceof Uint8Array ? `x'${Buffer.from(value).toString("hex")}'` : value)
    );
    for (const file of ["a.json", "a.ndjson"]) {
      await exportRows(ALL, join(folder, file));
      assert.deepEqual((await readBack(join(folder, file))).rows, expected, file);
    }
  }));

Deno.test("exportRows() writes CSV with a header and exact numbers", () =>
  inFolder(async (folder) => {
    await exportRows(set(["a", "b"], [1n, 0.1 + 0.2], [null, 1]), join(folder, "a.csv"));
    assert.equal(readFileSync(join(folder, "a.csv"), "utf8"), "a,b\n1,0.30000000000000004\n,1.0\n");
  }));

Deno.test("exportRows() takes one type for integers beside reals, and keeps repeated names apart", () =>
  inFolder(async (folder) => {
    for (const file of ["a.parquet", "a.arrow"]) {
      const path = join(folder, file);
      await exportRows(set(["x", "x"], [1n, 2n], [0.5, 3n]), path);
      assert.deepEqual(await readBack(path), {
        names: ["x", "x:1"],
        types: ["REAL", "INTEGER"],
        rows: [[1, 2n], [0.5, 3n]],
      });
    }
  }));

Deno.test("exportRows() types columns without values by their declaration", () =>
  inFolder(async (folder) => {
    const declared: RowSet = {
      columns: ["INTEGER", "DECIMAL(10,2)", "VARCHAR(5)", "BLOB", null].map((declaredType, index) => ({
        name: `c${index}`,
        declaredType,
      })),
      rows: [],
    };
    await exportRows(declared, join(folder, "a.parquet"));
    assert.deepEqual((await readBack(join(folder, "a.parquet"))).types, ["INTEGER", "REAL", "TEXT", "BLOB", "TEXT"]);
  }));

Deno.test("exportRows() leaves no file, and an old one as it was, when it cannot write", () =>
  inFolder(async (folder) => {
    const kept = join(folder, "a.parquet");
    writeFileSync(kept, "old");
    mkdirSync(join(folder, "folder.csv"));
    for (
      const [name, rows, path, message] of [
        [
          "mixed column",
          set(["v"], [1n], ["x"]),
          kept,
          /^Cannot export to ".*a\.parquet": column "v" has no single type, it mixes integer and text$/,
        ],
        [
          "long integers beside reals",
          set(["v"], [2n ** 60n], [0.5]),
          kept,
          /it mixes reals with integers beyond 2\^53$/,
        ],
        ["missing folder", ALL, join(folder, "no", "a.csv"), /a\.csv": there is no folder ".*no"$/],
        ["a directory", ALL, join(folder, "folder.csv"), /folder\.csv": it is a directory$/],
        ["unknown ending", ALL, join(folder, "a.doc"), /^Cannot tell the format of ".*a\.doc" by its ending$/],
        ["no columns", set([]), join(folder, "b.csv"), /the statement gives no columns$/],
      ] as const
    ) {
      await assert.rejects(exportRows(rows, path), (error) => {
        assert.ok(error instanceof RheiError, `${name}: ${error}`);
        assert.match(error.message, message, name);
        return true;
      });
    }
    assert.equal(readFileSync(kept, "utf8"), "old");
    assert.deepEqual(readdirSync(folder).sort(), ["a.parquet", "folder.csv"]);
  }));

for (const ending of ["csv", "json", "parquet", "arrow"]) {
  Deno.test(`exportRows() leaves no ${ending} file behind when it is cancelled`, () =>
    inFolder(async (folder) => {
      const rows = set(["a"], ...Array.from({ length: 10 }, (_, index) => [BigInt(index)]));
      await assert.rejects(exportRows(rows, join(folder, `a.${ending}`), AbortSignal.abort()), { code: "CANCELLED" });
      assert.deepEqual(readdirSync(folder), []);
    }));
}
