import assert from "node:assert/strict";
import { RheiError } from "../errors/mod.ts";
import { lex } from "./lexer.ts";

const shown = (text: string): string[] =>
  lex(text).map(({ kind, text, code }) => code === "" ? `${kind} ${text}` : code);

const CASES: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ["nothing", " \t\r\n\f", []],
  ["keywords in any case", "select Select SELECT selec", ["SELECT", "SELECT", "SELECT", "name selec"]],
  ["names with dollars, digits and letters beyond ASCII", "a$1 _b ünï 日本 x", [
    "name a$1",
    "name _b",
    "name ünï",
    "name 日本",
    "name x",
  ]],
  ["all four quotes", `"a""b" [c"d] \`e\`\`f\` 'g''h'`, [
    `quotedName "a""b"`,
    `quotedName [c"d]`,
    "quotedName `e``f`",
    "string 'g''h'",
  ]],
  ["line comments up to the newline", "1--2\n3-- 4", ["integer 1", "integer 3"]],
  ["block comments, the last one unended", "1/**/2/* ; */3/*/4", ["integer 1", "integer 2", "integer 3"]],
  ["a slash and a star at the very end", "1/*", ["integer 1", "/", "*"]],
  ["numbers", "1 1.5 .5 5. 1e3 1E-3 1.e+2 0xFF 1..2", [
    "integer 1",
    "real 1.5",
    "real .5",
    "real 5.",
    "real 1e3",
    "real 1E-3",
    "real 1.e+2",
    "integer 0xFF",
    "real 1.",
    "real .2",
  ]],
  ["a name right after hexadecimal digits", "0xFFg", ["integer 0xFF", "name g"]],
  ["blobs", "x'' X'00fF' x 'a'", ["blob x''", "blob X'00fF'", "name x", "string 'a'"]],
  ["parameters", "? ?12 :a @b $c $d::e(f) #g ?a", [
    "parameter ?",
    "parameter ?12",
    "parameter :a",
    "parameter @b",
    "parameter $c",
    "parameter $d::e(f)",
    "parameter #g",
    "parameter ?",
    "name a",
  ]],
  ["operators, the longest first", "->>->-||||<<=<><=>>=>===!=~&%", [
    "->>",
    "->",
    "-",
    "||",
    "||",
    "<<",
    "=",
    "<>",
    "<=",
    ">>",
    "=",
    ">=",
    "=",
    "<>",
    "~",
    "&",
    "%",
  ]],
  ["a byte order mark between tokens", "\ufeffselect \ufeff 1 a\ufeff", ["SELECT", "integer 1", "name a\ufeff"]],
  ["a vertical tab after white space", "1 \v2", ["integer 1", "integer 2"]],
];

Deno.test("lex() finds SQLite's tokens", async (t) => {
  for (const [name, text, expected] of CASES) {
    await t.step(name, () => assert.deepEqual(shown(text), expected));
  }
});

Deno.test("lex() gives spans that hold each token's text", () => {
  const text = "select 😀a, 'ü' -- c\n from [t t]";
  for (const token of lex(text)) assert.equal(text.slice(token.start, token.end), token.text);
});

const ERRORS: readonly (readonly [text: string, message: RegExp, start: number, end: number])[] = [
  ["select 'abc", /the string that begins here never ends/, 7, 8],
  [`select "abc`, /the quoted name that begins here never ends/, 7, 8],
  ["select [abc", /the bracketed name that begins here never ends/, 7, 8],
  ["select 1_000", /unrecognised token "1_000"/, 7, 12],
  ["select 12ab", /unrecognised token "12ab"/, 7, 11],
  ["select x'0'", /even number of hexadecimal digits/, 7, 11],
  ["select x'0g'", /even number of hexadecimal digits/, 7, 12],
  ["a ! b", /unrecognised token "!"/, 2, 3],
  ["a \\ b", /unrecognised token "\\"/, 2, 3],
  ["select :", /unrecognised token ":"/, 7, 8],
  ["select $a(b c)", /unrecognised token "\$a\(b"/, 7, 11],
  ["\v1", /unrecognised token/, 0, 1],
  ["select 'a\0b'", /NUL/, 9, 10],
];

Deno.test("lex() points at what is no token", async (t) => {
  for (const [text, message, start, end] of ERRORS) {
    await t.step(JSON.stringify(text), () => {
      assert.throws(() => lex(text), (error) => {
        assert.ok(error instanceof RheiError);
        assert.equal(error.code, "SQL_SYNTAX");
        assert.match(error.message, message);
        assert.deepEqual([error.pointer?.start, error.pointer?.end], [start, end]);
        return true;
      });
    });
  }
});

Deno.test("lex() says how to write a number with separators", () => {
  assert.throws(() => lex("select 1_000"), { hint: "write 1000" });
});
