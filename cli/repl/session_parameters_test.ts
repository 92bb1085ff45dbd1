import assert from "node:assert/strict";
import { parameterNames } from "./session_parameters.ts";

Deno.test("parameterNames() gives the names that have a value and those the last statement typed has", () => {
  const values = new Map([[":id", 1]]);
  assert.deepEqual(parameterNames(values, []), [":id"]);
  assert.deepEqual(parameterNames(values, [".mode csv", "select @a, ?, :id", "select :older"]), [":id", "?2", "@a"]);
  assert.deepEqual(parameterNames(values, ["select \0"]), [":id"]);
});
