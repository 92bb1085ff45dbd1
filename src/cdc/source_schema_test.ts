import assert from "node:assert/strict";
import { openOltp } from "../oltp/mod.ts";
import { readSchema } from "./source_schema.ts";

/** SQL that makes a view as another program may: the letter in its text is Latin-1, or is not if UTF-8 is asked for. */
function viewSql(letter: "\xe9" | "\xc3\xa9"): string[] {
  const digits = Array.from(
    `CREATE VIEW v AS SELECT '${letter}' AS c`,
    (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"),
  ).join("");
  return [
    "create view v as select 'e' as c",
    "pragma writable_schema = on",
    `update sqlite_schema set sql = cast(x'${digits}' as text) where name = 'v'`,
    "pragma writable_schema = off",
  ];
}

Deno.test("readSchema() refuses a schema whose text is not UTF-8, which the driver would end the process at", async () => {
  const client = await openOltp({ path: ":memory:" });
  try {
    for (const sql of viewSql("\xe9")) await client.execute(sql);
    await assert.rejects(readSchema(client), {
      code: "NOT_TRACKABLE",
      message: 'Cannot read the schema: the text of view "v" is not UTF-8',
    });
    await client.execute("drop view v");
    for (const sql of viewSql("\xc3\xa9")) await client.execute(sql);
    assert.equal((await readSchema(client)).views.get("v"), "CREATE VIEW v AS SELECT 'é' AS c");
  } finally {
    await client.close();
  }
});

Deno.test("readSchema() reads a schema stored as UTF-16", async () => {
  const client = await openOltp({ path: ":memory:" });
  try {
    await client.execute("pragma encoding = 'UTF-16le'");
    await client.execute("create view v as select 'é' as c");
    assert.equal((await readSchema(client)).views.get("v"), "CREATE VIEW v as select 'é' as c");
  } finally {
    await client.close();
  }
});
