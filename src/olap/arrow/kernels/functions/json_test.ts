import type { ExactValue } from "../../../../types/mod.ts";
import { Oracle, VALUES } from "../libsql_oracle_test.ts";
import { scalarFunction } from "./mod.ts";

const JSONS: readonly ExactValue[] = [
  null,
  "null",
  " true ",
  "false",
  "0",
  "-0",
  "12",
  "-7",
  "9223372036854775807",
  "1.5e3",
]
  .concat(
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "1.0",
    "1E5",
    "0.1",
    "1e400",
    '""',
    '"abc"',
  )
  .concat(
    '"a\\nb\\u00e9\\"\\\\\\/"',
    '"\\ud83c\\udf89"',
    '"🎉é"',
    "[]",
    "[ 1 , 2.50 ,\n[ 3 ] ]",
    "{}",
    '{"a":1,"b":[1,2,{"c":null}]}',
  )
  .concat(
    '{ "a" : { "b" : "x" } , "a" : 2 }',
    '{"a b":1,"":2,"a.b":3,"é":4,"1":5,"a\\u0062":6,"[0]":7,"x\\"y":8}',
    "[[[[5]]]]",
  )
  .concat('[null,true,false,"1",1,1.0,{},[]]', '{"0":"zero","-1":"minus","#":"hash"}', "  [1]\t\r\n");

const NOT_JSON: readonly ExactValue[] = [
  "",
  " ",
  "nul",
  "truex",
  "[1,]",
  "{a:1}",
  "{'a':1}",
  "01",
  "1.",
  ".5",
  "+1",
  "-",
  "0x1",
]
  .concat(
    '"',
    '"a',
    '"\\x41"',
    '"\\u12"',
    '"\t"',
    "[1 2]",
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    "[",
    "]",
    "{",
    "}",
    "1 2",
    "// x\n1",
  )
  .concat(
    "NaN",
    "Infinity",
    "/* */ 1",
    "'a'",
    "\v1",
    "\u00a01",
    '{"a":1 "b":2}',
    "[1,,2]",
    "--1",
    "1e",
    "1e+",
    '"\\0"',
    "nullnull",
  );

const TOO_DEEP = ["[".repeat(1000) + "]".repeat(1000), "[".repeat(1001) + "]".repeat(1001)];

const PATHS: readonly ExactValue[] = [
  null,
  "$",
  "$.a",
  "$.b",
  "$.a.b",
  "$.b[2].c",
  "$.b[#-1]",
  "$.b[#]",
  "$[0]",
  "$[1]",
  "$[#-1]",
]
  .concat(
    "$[#-9]",
    "$[2][0]",
    "$[0][0][0][0]",
    '$."a b"',
    '$."a.b"',
    '$.""',
    "$.é",
    "$.ab",
    "$.1",
    '$."1"',
    "$[7]",
    "$[3]",
  )
  .concat(
    "$.c.d.e",
    '$."[0]"',
    "$.a[0]",
    '$."x\\"y"',
    '$."ab',
    "$.",
    "$..a",
    "$[",
    "$[a]",
    "$[-1]",
    "$a",
    "a",
    "",
    "$[0",
    "$[#-]",
  )
  .concat("$.a.", "$.b[", "$.x.", "$.x[", "$[00]", "$.a ", " $");

const ARROWS: readonly ExactValue[] = PATHS.concat(
  0n,
  -1n,
  2n,
  "0",
  "1",
  "-1",
  "b",
  "a b",
  "[0]",
  "[#-1]",
  "[",
  "[]",
  "a.b",
  "é",
)
  .concat("#", "x_1", "[x]", "[0][0]", "1.5", 1.5, "$$");

/** Where SQLite may answer after all: JSON5, blobs, and escapes in paths. */
const mayDecline = ([json, path]: readonly ExactValue[]): boolean =>
  typeof json === "object" || NOT_JSON.includes(json!) || TOO_DEEP.includes(String(json)) ||
  String(path).includes("\\");

function compare(
  name: string,
  call: string,
  operands: readonly (readonly ExactValue[])[],
  declines: typeof mayDecline = mayDecline,
): void {
  const oracle = new Oracle();
  const kernel = scalarFunction(name, operands.length)!;
  oracle.compare(call, operands, (...args) => kernel(args), declines);
  oracle.close();
}

const ALL = [...JSONS, ...NOT_JSON, ...TOO_DEEP];
/** With a few that are not strict JSON: each makes libSQL fail, which takes time. */
const SOME = [...JSONS, ...NOT_JSON.slice(4, 8)];

Deno.test("functions of a JSON text give what libSQL's give", () => {
  for (const name of ["json", "json_type", "json_array_length", "json_valid"]) {
    compare(name, `${name}(a.v)`, [ALL]);
    compare(name, `${name}(a.v)`, [VALUES], () => true);
  }
});

Deno.test("functions of a JSON text and a path give what libSQL's give", () => {
  for (const name of ["json_extract", "json_type", "json_array_length"]) {
    compare(name, `${name}(a.v, b.v)`, [SOME, PATHS]);
  }
});

Deno.test("-> and ->> give what libSQL's give", () => {
  for (const name of ["->", "->>"]) compare(name, `a.v ${name} b.v`, [SOME, ARROWS]);
});

Deno.test("json_extract() of several paths gives an array as libSQL's does", () => {
  const few = PATHS.filter((_, index) => index % 3 === 1 || index === 0);
  compare("json_extract", "json_extract(a.v, b.v, c.v)", [JSONS.slice(-9), few, few]);
});
