import assert from "node:assert/strict";
import { RheiError } from "../../src/errors/mod.ts";
import { renderError } from "./error.ts";

const FAILURE = new RheiError("SQL_UNKNOWN_NAME", 'Cannot bind column "amout": table "orders" has no such column', {
  pointer: { text: "select 1\nwhere amout > 10", start: 15, end: 20 },
  hint: 'did you mean "amount"?',
});

Deno.test("renderError() gives message, carets and hint", () => {
  assert.equal(
    renderError(FAILURE, { color: false }),
    [
      'Cannot bind column "amout": table "orders" has no such column',
      "line 2: where amout > 10",
      "              ^^^^^",
      'Hint: did you mean "amount"?',
    ].join("\n"),
  );
});

Deno.test("renderError() colours message and carets, and changes nothing else", () => {
  // deno-lint-ignore no-control-regex -- taking the escape sequences out again
  const plain = renderError(FAILURE, { color: true }).replace(/\x1b\[\d+m/g, "");
  assert.equal(plain, renderError(FAILURE, { color: false }));
});

Deno.test("renderError() lets no control character of a name reach the terminal", () => {
  const text = renderError(new RheiError("SQL_ERROR", 'no such table: "\x1b[2J"'), { color: false });
  assert.equal(text, 'no such table: "␛[2J"');
});

Deno.test("renderError() shows the stack of a defect", () => {
  assert.match(
    renderError(new TypeError("oops"), { color: false }),
    /^This is a defect of rhei.*\nTypeError: oops\n +at /s,
  );
});
