import { deepStrictEqual } from "node:assert/strict";
import { type ExactValue, UndecodableText } from "../types/mod.ts";
import { exactExpressions, exactText, exactValue, exactValues, openOltp } from "./mod.ts";

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const textOf = (bytes: Uint8Array<ArrayBuffer>) => exactText(bytes, DECODER);

const VALUES: readonly (readonly [string, ExactValue | UndecodableText])[] = [
  ["'a' || char(0) || 'b'", "a\0b"],
  ["x'6100'", new Uint8Array([0x61, 0])],
  ["cast(x'ff' as text)", new UndecodableText(new Uint8Array([0xff]))],
  ["null", null],
  ["7", 7n],
  ["-0.5", -0.5],
  ["''", ""],
];

for (const width of [1, 49, 50, 51, 100, 101, 153]) {
  Deno.test(`exactExpressions() tell ${width} values of any type`, async () => {
    await using client = await openOltp({ path: ":memory:" });
    const wanted = Array.from({ length: width }, (_, at) => VALUES[at % VALUES.length]!);
    const list = exactExpressions(wanted.map(([sql]) => sql)).join(", ");
    const [row] = (await client.query(`select ${list}`)).rows;
    deepStrictEqual(exactValues(row!, textOf), wanted.map(([, value]) => value));
    const [behind] = (await client.query(`select 'before', ${list}`)).rows;
    deepStrictEqual(exactValue(behind!, width - 1, 1, textOf), wanted.at(-1)![1]);
  });
}
