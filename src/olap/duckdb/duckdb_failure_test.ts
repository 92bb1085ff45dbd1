import assert from "node:assert/strict";
import { RheiError, type RheiErrorCode } from "../../errors/mod.ts";
import { RuntimeDecline } from "../olap_backend.ts";
import { explainQueryFailure, explainWriteFailure } from "./duckdb_failure.ts";

const DECLINES = [
  "Out of Range Error: Overflow in addition of INT64 (9223372036854775807 + 1)!",
  "Conversion Error: Could not convert string 'x' to INT64",
  "Invalid Input Error: More than one row returned by a subquery used as an expression",
  "Not implemented Error: nested loop",
  "Parser Error: Max expression depth limit of 1000 exceeded",
];

const FAILURES: readonly { readonly text: string; readonly code: RheiErrorCode }[] = [
  { text: "INTERRUPT Error: Interrupted!", code: "CANCELLED" },
  { text: "Out of Memory Error: failed to pin block of size 256.0 KiB", code: "SQL_ERROR" },
  { text: "IO Error: Corrupt database file: computed checksum", code: "OLAP_UNAVAILABLE" },
  { text: "FATAL Error: database has been invalidated", code: "OLAP_UNAVAILABLE" },
  { text: "INTERNAL Error: Assertion", code: "OLAP_UNAVAILABLE" },
  { text: 'IO Error: Could not write file "x.tmp": No space left on device', code: "DISK_FULL" },
  { text: "Binder Error: Referenced column not found\n\nLINE 1: select", code: "SQL_ERROR" },
  { text: "something else", code: "SQL_ERROR" },
];

Deno.test("explainQueryFailure() declines when the values met decide", () => {
  for (const text of DECLINES) {
    const error = explainQueryFailure(new Error(text));
    assert(error instanceof RuntimeDecline, text);
    assert.equal(error.message, text);
  }
});

Deno.test("explainQueryFailure() gives the reason behind the bridge's mark", () => {
  const error = explainQueryFailure(new Error("Invalid Input Error: rhei_decline: sum may round"));
  assert(error instanceof RuntimeDecline);
  assert.equal(error.message, "sum may round");
});

Deno.test("explainQueryFailure() gives a code to every other failure and keeps its cause", () => {
  for (const { text, code } of FAILURES) {
    const cause = new Error(text);
    const error = explainQueryFailure(cause);
    assert(error instanceof RheiError, text);
    assert.deepEqual([error.code, error.cause, error.message.includes("\n")], [code, cause, false], text);
  }
});

Deno.test("explainQueryFailure() passes rhei's own errors on", () => {
  for (const error of [new RheiError("CLOSED", "closed"), new RuntimeDecline("why"), new TypeError("misuse")]) {
    assert.equal(explainQueryFailure(error), error);
  }
});

Deno.test("explainWriteFailure() never declines: what cannot be written is SYNC_FAILED", () => {
  const cases = [
    { text: "Out of Range Error: too large", code: "SYNC_FAILED" },
    { text: "Constraint Error: x", code: "SYNC_FAILED" },
    { text: "TransactionContext Error: Failed to commit: No space left on device", code: "DISK_FULL" },
    { text: "IO Error: cannot write", code: "OLAP_UNAVAILABLE" },
  ];
  for (const { text, code } of cases) {
    const error = explainWriteFailure('Cannot change mirror table "t"', new Error(text));
    assert(error instanceof RheiError);
    assert.equal(error.code, code, text);
    assert.match(error.message, /^Cannot change mirror table "t": /);
  }
  const misuse = new TypeError("misuse");
  assert.equal(explainWriteFailure("Cannot", misuse), misuse);
});
