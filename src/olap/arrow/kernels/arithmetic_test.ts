import type { ExactValue } from "../../../types/mod.ts";
import * as arithmetic from "./arithmetic.ts";
import { Oracle, VALUES } from "./libsql_oracle_test.ts";

const PAIRS = [VALUES, VALUES];

const BINARY: Readonly<Record<string, (a: ExactValue, b: ExactValue) => ExactValue>> = {
  "+": arithmetic.add,
  "-": arithmetic.subtract,
  "*": arithmetic.multiply,
  "/": arithmetic.divide,
  "%": arithmetic.remainder,
  "&": arithmetic.bitAnd,
  "|": arithmetic.bitOr,
  "<<": arithmetic.shiftLeft,
  ">>": arithmetic.shiftRight,
  "||": arithmetic.concat,
};

for (const [operator, kernel] of Object.entries(BINARY)) {
  Deno.test(`${kernel.name}() gives what libSQL's ${operator} gives`, () => {
    const oracle = new Oracle();
    oracle.compare(`a.v ${operator} b.v`, PAIRS, kernel);
    oracle.close();
  });
}

Deno.test("negate(), bitNot() and truth() give what libSQL gives", () => {
  const oracle = new Oracle();
  oracle.compare("-a.v", [VALUES], arithmetic.negate);
  oracle.compare("~a.v", [VALUES], arithmetic.bitNot);
  oracle.compare("not not a.v", [VALUES], (value) => {
    const truth = arithmetic.truth(value);
    return truth === null ? null : BigInt(truth);
  });
  oracle.close();
});
