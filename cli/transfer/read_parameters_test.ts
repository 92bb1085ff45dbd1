import assert from "node:assert/strict";
import { join } from "node:path";
import { RheiError } from "../../src/errors/mod.ts";
import { readParameters } from "./read_parameters.ts";

async function read(text: string): Promise<unknown> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "params.json");
    await Deno.writeTextFile(path, text);
    return await readParameters(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readParameters() reads values by position, exactly", async () => {
  assert.deepEqual(
    await read('[1, 9223372036854775807, 1.5, "a\\u0000b", null, true, {"$blob": "00fF"}, [1, "x"]]'),
    [1n, 9223372036854775807n, 1.5, "a\0b", null, 1n, new Uint8Array([0, 255]), '[1,"x"]'],
  );
  assert.deepEqual(await read("\ufeff[]"), []);
});

Deno.test("readParameters() reads values by name, with or without the prefix", async () => {
  assert.deepEqual(await read('{"id": 1, ":name": "x", "$day": null}'), { id: 1n, name: "x", day: null });
});

Deno.test("readParameters() says what is wrong with a file", async () => {
  for (
    const [text, message] of [
      ["{", /it is not JSON/],
      ["3", /expected an array of values, or an object/],
      ['[{"$blob": "0"}]', /pairs of hexadecimal digits/],
    ] as const
  ) {
    await assert.rejects(read(text), (error) => error instanceof RheiError && message.test(error.message));
  }
  await assert.rejects(readParameters("/no/such/file.json"), /no such file/);
});
