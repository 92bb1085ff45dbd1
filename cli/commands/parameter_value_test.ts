import assert from "node:assert/strict";
import { parameterValue } from "./parameter_value.ts";

Deno.test("parameterValue() reads an argument as SQL would, and as text when anything would be lost", () => {
  for (
    const [argument, expected] of [
      ["5", 5n],
      ["-5", -5n],
      ["9223372036854775807", 9223372036854775807n],
      ["9223372036854775808", "9223372036854775808"],
      ["1.5", 1.5],
      ["1e3", 1000],
      ["007", "007"],
      ["+5", "+5"],
      [" 5", " 5"],
      ["0x10", "0x10"],
      ["Inf", "Inf"],
      ["null", null],
      ["NULL", null],
      ["'5'", "5"],
      ["'null'", "null"],
      ["'it''s'", "it's"],
      ["'unclosed", "'unclosed"],
      ["x'00ff'", Uint8Array.of(0, 255)],
      ["x'0'", "x'0'"],
      ["", ""],
      ["2024-01-31", "2024-01-31"],
    ] as const
  ) {
    assert.deepEqual(parameterValue(argument), expected, argument);
  }
});
