import assert from "node:assert/strict";
import { RheiError } from "../errors/mod.ts";
import { parseFreshness } from "./freshness.ts";

const ACCEPTED = [
  { text: "latest", bound: { kind: "latest" } },
  { text: "ANY", bound: { kind: "any" } },
  { text: "500ms", bound: { kind: "lag", lagMsMax: 500 } },
  { text: "1.5s", bound: { kind: "lag", lagMsMax: 1_500 } },
  { text: "2m", bound: { kind: "lag", lagMsMax: 120_000 } },
];

for (const { text, bound } of ACCEPTED) {
  Deno.test(`parseFreshness() reads ${text}`, () => assert.deepEqual(parseFreshness(text), bound));
}

for (const text of ["", "500", "-1s", "soon", "5 hours"]) {
  Deno.test(`parseFreshness() refuses "${text}"`, () => {
    assert.throws(() => parseFreshness(text), (error) => error instanceof RheiError && error.code === "CONFIG");
  });
}

Deno.test("parseFreshness() says what is wrong with a number", () => {
  assert.throws(() => parseFreshness(500 as unknown as string), {
    name: "TypeError",
    message: /such as "500ms", not 500/,
  });
});
