import assert from "node:assert/strict";
import { FEW, Oracle, REALS, someUnreadable, VALUES } from "../libsql_oracle_test.ts";
import { scalarFunction } from "./mod.ts";

const INTEGER_FORMATS = [
  "%d",
  "%5d",
  "%-5d|",
  "%05d",
  "%+d",
  "% d",
  "%,d",
  "%+,d",
  "%.5d",
  "%8.3d",
  "%u",
  "%x",
  "%X",
  "%#x",
]
  .concat(
    "%#X",
    "%o",
    "%#o",
    "%08x",
    "%#010x",
    "%r",
    "%5r",
    "%i",
    "%ld",
    "%lld",
    "%p",
    "%015,d",
    "%-08d|",
    "%+ d",
    "% +d",
  );

const REAL_FORMATS = [
  "%f",
  "%.0f",
  "%.1f",
  "%.2f",
  "%.10f",
  "%.20f",
  "%!.20f",
  "%e",
  "%.3e",
  "%E",
  "%g",
  "%.3g",
  "%G",
  "%#g",
]
  .concat(
    "%!g",
    "%!.15g",
    "%!.17g",
    "%!.3f",
    "%10.2f",
    "%-10.2f|",
    "%010.2f",
    "%+.2f",
    "% .2f",
    "%,.2f",
    "%,f",
    "%#.0f",
  )
  .concat("%020e", "%.16g", "%!.0f", "%0f", "%-010.1f|", "%+010f", "%.15f", "%.12e", "%!e", "%!.20e", "%lf", "%5.1lf");

const TEXT_FORMATS = [
  "%s",
  "%5s",
  "%-5s|",
  "%.2s",
  "%5.2s",
  "%!5s",
  "%!.2s",
  "%!-6.3s|",
  "%z",
  "%q",
  "%Q",
  "%w",
  "%.2q",
]
  .concat(
    "%10Q",
    "%!.3Q",
    "%c",
    "%5c",
    "%-3c|",
    "%.3c",
    "%6.3c",
    "%-6.3c|",
    "<%s>",
    "%%",
    "%5%|",
    "a%n%sb",
    "%05s",
    "%,s",
  );

const ODD_FORMATS = [
  "",
  "%",
  "a%",
  "%y",
  "ab%ycd",
  "%-",
  "%5",
  "%l",
  "%.",
  "%5-d",
  "%*d",
  "%-*d|",
  "%.*f",
  "%*.*f",
  "%s %s %s",
]
  .concat("%d %s", "no", "é%s🎉", "%T", "%S", "%**d", "%.2.3f", "%ll5d");

function compare(formats: readonly string[], values: typeof VALUES): void {
  const oracle = new Oracle();
  const kernel = scalarFunction("printf", 2)!;
  // Cut within a character, and a character of no text, give no text that could be read.
  const mayDecline = (args: Parameters<typeof someUnreadable>[0]) =>
    someUnreadable(args) || /c|[.]\d?[sqQw]/.test(String(args[0]));
  oracle.compare("printf(a.v, b.v)", [formats, values], (...args) => kernel(args), mayDecline);
  oracle.close();
}

Deno.test("printf prints integers as libSQL does", () => compare(INTEGER_FORMATS, VALUES));
Deno.test("printf prints reals as libSQL does", () => compare(REAL_FORMATS, VALUES));
Deno.test("printf prints texts as libSQL does", () => compare(TEXT_FORMATS, VALUES));
Deno.test("printf reads formats as libSQL does", () => compare(ODD_FORMATS, FEW));

Deno.test("printf takes widths and precisions from arguments", () => {
  const oracle = new Oracle();
  const sizes = [0n, 3n, -3n, 12n, null, "7"];
  oracle.compare(
    "printf('%*.*f|%s', a.v, b.v, c.v)",
    [sizes, sizes, REALS],
    (...args) => scalarFunction("format", 4)!(["%*.*f|%s", ...args]),
  );
  oracle.close();
});

Deno.test("printf without a format is NULL", () => {
  assert.equal(scalarFunction("printf", 0)!([]), null);
  assert.equal(scalarFunction("format", 1)!([null]), null);
});
