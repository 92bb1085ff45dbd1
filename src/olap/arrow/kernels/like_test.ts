import assert from "node:assert/strict";
import type { ExactValue } from "../../../types/mod.ts";
import { RuntimeDecline } from "../../olap_backend.ts";
import { Oracle, someUnreadable, VALUES } from "./libsql_oracle_test.ts";
import { compileLike, glob, like } from "./like.ts";

const SUBJECTS: readonly ExactValue[] = VALUES.concat(
  "special requests",
  "Special   Requests!",
  "aXbXc",
  "ab",
  "abab",
  "-",
)
  .concat(
    "a]b",
    "[",
    "]",
    "^",
    "aaa",
    "aab",
    "ba",
    "🎉🎉",
    "🎉a🎉",
    "é🎉",
    "a%",
    "%",
    "_",
    "\\",
    "a\\%",
    "x\ny",
    ".*",
    "(a)",
  );

const LIKES: readonly ExactValue[] = [
  null,
  "",
  "%",
  "_",
  "__",
  "%%",
  "a%",
  "%a",
  "%a%",
  "A_C",
  "%b%",
  "a%b",
  "a%b%c",
  "%a%b%",
]
  .concat(
    "%special%requests%",
    "_%",
    "%_",
    "_a%",
    "%a_",
    "%_b%_",
    "É",
    "é%",
    "🎉_",
    "_🎉",
    "%🎉",
    "a\\%",
    "\\_",
    "\\",
    "a\\",
  )
  .concat(
    "%\\%%",
    "%\\",
    "%\\_%",
    "K",
    "k_",
    "1%",
    "%.%",
    "[",
    "a]b",
    ".*",
    "(A)",
    "%aab",
    "%ab%ab",
    "x_y",
    "a_b\\%",
    "%\\a%",
  )
  .concat("ſ", "\uffff", "%\ufffe", "%ab_b%", "1.0", "_bc%");

const GLOBS: readonly ExactValue[] = [
  null,
  "",
  "*",
  "?",
  "a*",
  "*a",
  "*a*",
  "A?C",
  "*b*",
  "a*b*c",
  "[abc]*",
  "[a-c]b*",
  "[^a]*",
]
  .concat(
    "*[b-]*",
    "[]]",
    "*[]]*",
    "[^]]",
    "[a",
    "[]",
    "[^",
    "*[a",
    "[z-a]",
    "[a-]",
    "[-a]",
    "[é-ü]",
    "*[🎉]*",
    "?🎉*",
    "[[]",
  )
  .concat(
    "*[a-b-c]*",
    "a[]]b",
    "[^-]",
    "*\ufffd",
    "[\ufffd]",
    "[a-\ufffe]",
    "[^\uffff]",
    "**a",
    "*?",
    "*?b*",
    "1*",
    "[0-9]*",
    "%",
    "[a-c-]*",
    "?[a-b]*[b-c]?",
  );

Deno.test("like() answers as libSQL's LIKE does", () => {
  const oracle = new Oracle();
  oracle.compare("a.v like b.v", [SUBJECTS, LIKES], (text, pattern) => like(text!, pattern!), someUnreadable);
  for (const escape of ["\\", "%", "_", "a", "é"]) {
    oracle.compare(
      `a.v like b.v escape '${escape}'`,
      [SUBJECTS, LIKES],
      (text, pattern) => like(text!, pattern!, escape),
      someUnreadable,
    );
  }
  oracle.close();
});

Deno.test("like() declines an escape that is not one character", () => {
  for (const escape of ["", "ab"]) {
    assert.throws(() => like("a", "a", escape), RuntimeDecline);
    assert.throws(() => like(null, "a", escape), RuntimeDecline);
  }
});

Deno.test("glob() answers as libSQL's GLOB does", () => {
  const oracle = new Oracle();
  oracle.compare("a.v glob b.v", [SUBJECTS, GLOBS], (text, pattern) => glob(text!, pattern!), someUnreadable);
  oracle.close();
});

Deno.test("compileLike() stays fast when many wildcards match nothing", () => {
  const matches = compileLike("%a%b_%a%b%a%b%c", null);
  assert.equal(matches("ab".repeat(5_000)), false);
});
