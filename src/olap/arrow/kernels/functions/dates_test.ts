import assert from "node:assert/strict";
import type { ExactValue } from "../../../../types/mod.ts";
import { RuntimeDecline } from "../../../olap_backend.ts";
import { Oracle, someUnreadable, VALUES } from "../libsql_oracle_test.ts";
import { scalarFunction } from "./mod.ts";

const DATES: readonly ExactValue[] =
  `2024-02-29|2023-12-31 23:59:59|2024-01-01T00:00|1998-09-02|2000-01-31 12:34:56.789|
2024-03-10 08:09:10.9996|2024-03-10 08:09:59.9999|2024-02-30|2023-02-31|2024-04-31 10:00|-0044-03-15|-4713-11-24 12:00:00|
-4713-11-24 11:59|-4714-01-01|9999-12-31 23:59:59.999|0000-01-01|12:30|24:00:00|24:59|25:00|23:60|2024-13-01|2024-00-10|
2024-01-32|2024-1-1|2024-01-01 10:00 +02:30|2024-01-01 10:00:30.5Z|2024-01-01 10:00 z  |2024-01-01 10:00-14:00|
2024-01-01 10:00+15:00|2024-01-01 10:00:|2024-01-01 10:00:5|2024-01-01 10:00:05.|2024-01-01 10:00 x|2024-01-01 |
2024-01-01TT 10:00|2024-01-01x| 2024-01-01|2460000.5| 2460000.25 |1700000000|abc|`.replaceAll("\n", "").split("|");

const NUMBERS: readonly ExactValue[] = [
  2460000n,
  2451545.25,
  0n,
  5373484.49,
  5373484.5,
  -1n,
  1700000000n,
  1e300,
  0.5,
  null,
]
  .concat(-62135596800n, 253402300799n, 1234567.891);

const MOMENTS = [...DATES, ...NUMBERS];

const MODIFIERS: readonly ExactValue[] = [
  null,
  "",
  "+1 day",
  "-1 days",
  "+1 month",
  "-13 months",
  "+1 year",
  "-5000 years",
]
  .concat(
    "+1.5 days",
    "-0.25 months",
    "+1.9 years",
    "10 hours",
    "+90 minutes",
    "-30.4567 seconds",
    "+1e3 second",
    "1 day  ",
  )
  .concat(
    "start of day",
    "start of month",
    "START OF YEAR",
    "start of week",
    "weekday 0",
    "weekday 3",
    "weekday 7",
    "weekday 1.0",
  )
  .concat(
    "weekday 1.5",
    "weekday",
    "weekday  5",
    "unixepoch",
    "auto",
    "julianday",
    "subsec",
    "SubSecond",
    "+10:30",
    "-01:02:03.5",
  )
  .concat(
    "10:30",
    "+1:30",
    "+25:00",
    "+0001-02-03",
    "-0001-02-03 04:05",
    "+00010-00-00",
    "+0001-12-00",
    "+0001-11-31",
    "0001-02-03",
  )
  .concat(
    "-0000-00-30 23:59:59.999",
    "+0001-02-03x",
    "+0001-02-03 ",
    "+1day",
    "+ 1 day",
    "1",
    "+1 da",
    "+1 fortnight",
    "++1 day",
  )
  .concat(
    "+5373485 days",
    "+5373484 days",
    "-999999 days",
    "+14713 years",
    "+1 dayss",
    "day",
    "1 s",
    "+2\thours",
    "+10:30 +01:00",
  )
  .concat("+1:00 hours", "+12345-01-01", "+99999-01-01", "1-2 days", "+1 month ", "é");

const FORMATS: readonly ExactValue[] = ["", "%", "plain", "%%", "%Y-%m-%d", "%Y %", "a%Qb", "%é", null, 5n].concat(
  [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => `<%${letter}>`),
);

const NAMES = ["date", "time", "datetime", "julianday", "unixepoch"];

function compare(
  expression: string,
  operands: readonly (readonly ExactValue[])[],
  kernel: (...args: ExactValue[]) => ExactValue,
): void {
  const oracle = new Oracle();
  const shows = expression.startsWith("unixepoch");
  oracle.compare(expression, operands, kernel, (args) => {
    return someUnreadable(args) || (shows && /^subsec/i.test(String(args[1])));
  });
  oracle.close();
}

Deno.test("date functions read moments as libSQL does", () => {
  for (const name of NAMES) {
    const kernel = scalarFunction(name, 1)!;
    compare(`${name}(a.v)`, [MOMENTS], (...args) => kernel(args));
    compare(`${name}(a.v)`, [VALUES], (...args) => kernel(args));
  }
});

Deno.test("date functions apply modifiers as libSQL does", () => {
  for (const name of ["datetime", "julianday", "unixepoch"]) {
    const kernel = scalarFunction(name, 2)!;
    compare(`${name}(a.v, b.v)`, [MOMENTS, MODIFIERS], (...args) => kernel(args));
  }
});

Deno.test("date functions apply modifiers one after another as libSQL does", () => {
  const some = MOMENTS.filter((_, index) => index % 4 === 1);
  const kernel = scalarFunction("datetime", 4)!;
  const expression = "datetime(a.v, b.v, c.v, 'subsec')";
  compare(expression, [some, MODIFIERS, MODIFIERS], (...args) => kernel([...args, "subsec"]));
});

Deno.test("strftime formats as libSQL does", () => {
  const kernel = scalarFunction("strftime", 2)!;
  compare("strftime(a.v, b.v)", [FORMATS, MOMENTS], (...args) => kernel(args));
  const withModifier = scalarFunction("strftime", 3)!;
  compare("strftime(a.v, b.v, 'subsec')", [FORMATS, MOMENTS], (...args) => withModifier([...args, "subsec"]));
});

Deno.test("timediff gives what libSQL's gives", () => {
  const kernel = scalarFunction("timediff", 2)!;
  compare("timediff(a.v, b.v)", [MOMENTS, MOMENTS], (...args) => kernel(args));
});

Deno.test("date functions decline the present and the local time", () => {
  const decline = (...args: ExactValue[]) =>
    assert.throws(() => scalarFunction("date", args.length)!(args), RuntimeDecline);
  decline("now");
  decline("NOW", "+1 day");
  decline("subsec");
  decline("2024-01-01", "localtime");
  decline("2024-01-01", "utc");
  assert.equal(scalarFunction("date", 0), null);
});
