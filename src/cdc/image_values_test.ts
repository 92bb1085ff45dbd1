import assert from "node:assert/strict";
import { type OltpClient, openOltp } from "../oltp/mod.ts";
import { type ExactValue, UndecodableText } from "../types/mod.ts";
import type { ImageValue, RowEvent } from "./log_event.ts";
import { packedSelect, readPacked, unpacked } from "./packed_rows.ts";
import { TriggerLog } from "./trigger_log.ts";

/** SQL that makes a value, and the value; one for all column types, or by the affinity of `v` in VALUE_TABLES. */
const VALUES: readonly { readonly sql: string; readonly value: ImageValue }[] = [
  { sql: "NULL", value: null },
  { sql: "0", value: 0n },
  { sql: "-1", value: -1n },
  { sql: "9007199254740993", value: 9007199254740993n },
  { sql: "9223372036854775807", value: 9223372036854775807n },
  { sql: "-9223372036854775807 - 1", value: -9223372036854775808n },
  { sql: "0.1", value: 0.1 },
  { sql: "2.0", value: 2 },
  { sql: "-0.0", value: -0 },
  { sql: "1e308 * 10", value: Infinity },
  { sql: "-1e308 * 10", value: -Infinity },
  { sql: "5e-324", value: 5e-324 },
  { sql: "1e15 + 0.3", value: 1e15 + 0.3 },
  { sql: "''", value: "" },
  { sql: "'0'", value: "0" },
  { sql: "'1.50'", value: "1.50" },
  { sql: "'äöü 漢字 😀'", value: "äöü 漢字 😀" },
  { sql: "char(65279) || 'bom'", value: "\ufeffbom" },
  { sql: "'a' || char(0) || 'b' || char(0)", value: "a\0b\0" },
  { sql: "CAST(x'61ff62' AS TEXT)", value: new UndecodableText(Uint8Array.of(0x61, 0xff, 0x62)) },
  { sql: "CAST(x'c3' AS TEXT)", value: new UndecodableText(Uint8Array.of(0xc3)) },
  { sql: "'a' || char(31) || 'b'", value: "a\x1fb" },
  { sql: "x''", value: new Uint8Array() },
  { sql: "x'00'", value: Uint8Array.of(0) },
  { sql: "x'61006200ff'", value: Uint8Array.of(0x61, 0, 0x62, 0, 0xff) },
  { sql: "zeroblob(3)", value: Uint8Array.of(0, 0, 0) },
];

function same(left: ImageValue, right: ImageValue): boolean {
  if (left instanceof UndecodableText || right instanceof UndecodableText) {
    return left instanceof UndecodableText && right instanceof UndecodableText && same(left.bytes, right.bytes);
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return left.length === right.length && left.every((byte, at) => byte === right[at]);
  }
  return Object.is(left, right);
}

async function eventsOf(oltp: OltpClient, log: TriggerLog, from: number): Promise<RowEvent[]> {
  await using snapshot = await oltp.snapshot();
  const state = await log.state(snapshot, 0);
  assert.ok(state);
  const rows: RowEvent[] = [];
  for await (const events of log.events(snapshot, { from, to: state.sequence }, 7)) {
    for (const event of events) if (event.kind === "row") rows.push(event);
  }
  return rows;
}

/** What a snapshot would read of the table, where the driver can give it. */
async function stored(oltp: OltpClient, id: bigint): Promise<readonly (readonly ExactValue[])[]> {
  const columns = ["n", "i", "r", "t", "b", "g", "s"];
  const parts = columns.map((column) =>
    `typeof(${column}), CAST(${column} AS BLOB), CASE WHEN typeof(${column}) IN ('integer', 'real') THEN ${column} END`
  );
  const { rows } = await oltp.query(`SELECT ${parts.join(", ")} FROM v WHERE id = ?`, [id]);
  const row = rows[0] ?? [];
  return columns.map((_, at) => row.slice(at * 3, at * 3 + 3));
}

const TABLES = [
  "create table v(id integer primary key, n, i integer, r real, t text, b blob, g as (n), s as (n) stored)",
  "create table v(id integer primary key, n, i integer, r real, t text, b blob, g as (n), s as (n) stored) without rowid",
];

/** Whether it can be read in bulk. */
function isPlain(value: ImageValue): boolean {
  return !(value instanceof UndecodableText) && !(typeof value === "string" && value.includes("\x1f"));
}

for (const encoding of ["UTF-8", "UTF-8 in bulk"]) {
  for (const [at, sql] of TABLES.entries()) {
    const kind = at === 0 ? "a table with rowids" : "a table WITHOUT ROWID";
    Deno.test(`TriggerLog keeps every value of ${kind} in an image as it is stored, in ${encoding}`, async () => {
      await using oltp = await openOltp({ path: ":memory:" });
      const [name = ""] = encoding.split(" ");
      await oltp.execute(`pragma encoding = '${name}'`);
      await oltp.execute(sql);
      const log = new TriggerLog(oltp, "images");
      await log.ensure("all");
      const values = VALUES.filter(({ value }) => encoding === "UTF-8" || isPlain(value));
      for (const [at, { sql }] of values.entries()) {
        await oltp.execute(`insert into v(id, n, i, r, t, b) values (${at}, ${Array(5).fill(sql).join(", ")})`);
      }
      await oltp.execute("update v set n = n");
      const events = await eventsOf(oltp, log, 0);
      assert.deepEqual(events.map(({ operation }) => operation), [...values.map(() => "I"), ...values.map(() => "U")]);
      for (const { key, image } of events) {
        const id = key[0] as bigint;
        const expected = values[Number(id)]?.value ?? null;
        assert.ok(image && same(image[0] ?? null, id));
        for (const column of [1, 6, 7]) {
          assert.ok(same(image[column] ?? null, expected), `${values[Number(id)]?.sql} in column ${column}`);
        }
        const decoder = new TextDecoder(name, { ignoreBOM: true });
        for (const [column, [type, bytes, number]] of (await stored(oltp, id)).entries()) {
          const value: ImageValue = image[column + 1] ?? null;
          if (type === "text") {
            const text: ImageValue = value instanceof UndecodableText
              ? decoder.decode(new Uint8Array(value.bytes))
              : value;
            assert.equal(text, decoder.decode(bytes as Uint8Array<ArrayBuffer>));
          } else if (type === "blob") assert.ok(same(value, bytes ?? null));
          else assert.ok(same(value, number ?? null), `${type} ${value} ${number}`);
        }
      }
    });
  }
}

Deno.test("readPacked() reads what it can tell for certain, and nothing else", async () => {
  await using oltp = await openOltp({ path: ":memory:" });
  await oltp.execute("create table v(x)");
  const sql = packedSelect(["x"], "v where rowid > ? and rowid <= ?");
  assert.ok(sql);
  for (const { sql: made, value } of VALUES) {
    await oltp.execute("delete from v");
    await oltp.execute(`insert into v values (1), (${made}), ('last')`);
    await using snapshot = await oltp.snapshot();
    const rows = await readPacked(snapshot, sql, [0n, 9n]);
    assert.equal(rows !== null, isPlain(value), made);
    if (rows === null) continue;
    const [first, read, last] = rows.columns[0]!.map(unpacked);
    assert.deepEqual([first, last], [1n, "last"]);
    assert.ok(same(read ?? null, value), made);
  }
  await using snapshot = await oltp.snapshot();
  assert.deepEqual(await readPacked(snapshot, sql, [9n, 9n]), { rowCount: 0, columns: [] });
  assert.equal(packedSelect(Array(1501).fill("x"), "v"), null);
});

Deno.test("TriggerLog keeps keys of every type in events", async () => {
  await using oltp = await openOltp({ path: ":memory:" });
  await oltp.execute("create table k(a, b text collate nocase, v, primary key (b, a)) without rowid");
  await oltp.execute('create table u("x y", rowid)');
  const log = new TriggerLog(oltp, "images");
  await log.ensure("all");
  const values = VALUES.filter(({ value }) => value !== null);
  for (const [at, { sql }] of values.entries()) await oltp.execute(`insert into k values (${sql}, 'B${at}', ${at})`);
  await oltp.execute("delete from k");
  await oltp.execute("insert into u values ('p', 'q')");
  await oltp.execute("update u set _rowid_ = 9007199254740993");
  const events = await eventsOf(oltp, log, 0);
  for (const [at, { value, sql }] of values.entries()) {
    const mine = events.filter(({ key }) => key[0] === `B${at}`);
    assert.deepEqual(mine.map(({ operation }) => operation), ["I", "D"], sql);
    for (const { key } of mine) assert.ok(same(key[1] ?? null, value), sql);
  }
  const rowids = events.filter(({ key }) => typeof key[0] === "bigint").map(({ operation, key, image }) => [
    operation,
    key,
    image,
  ]);
  assert.deepEqual(rowids, [
    ["I", [1n], ["p", "q"]],
    ["D", [1n], null],
    ["U", [9007199254740993n], ["p", "q"]],
  ]);
});

Deno.test("TriggerLog keeps images of a table of many columns beside narrow ones", async () => {
  await using oltp = await openOltp({ path: ":memory:" });
  const columns = Array.from({ length: 130 }, (_, at) => `c${at}`);
  await oltp.execute("create table narrow(a text)");
  await oltp.execute(`create table wide(${columns.join(", ")})`);
  const log = new TriggerLog(oltp, "images");
  await log.ensure("all");
  await oltp.execute("insert into narrow values ('n' || char(0))");
  await oltp.execute(
    `insert into wide values (${columns.map((_, at) => at % 2 === 0 ? `'${at}'` : `x'${"00".repeat(at)}'`)})`,
  );
  const [narrow, wide] = await eventsOf(oltp, log, 0);
  assert.deepEqual(narrow?.image, ["n\0"]);
  assert.deepEqual(wide?.image, columns.map((_, at) => at % 2 === 0 ? `${at}` : new Uint8Array(at)));
});
