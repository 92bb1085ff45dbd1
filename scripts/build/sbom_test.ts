import assert from "node:assert/strict";
import { resolve } from "node:path";
import { billOfMaterials, type Component, dependencyGraph, type Lock } from "./sbom.ts";
import { TARGET_NAMES, targetOf } from "./targets.ts";

const ROOT = resolve(import.meta.dirname!, "..", "..");

const LOCK: Pick<Lock, "npm"> = {
  npm: {
    "a@1.0.0": { integrity: "", dependencies: ["b", "c@1.0.0"], optionalDependencies: ["@n/linux", "@n/windows"] },
    "b@2.0.0": { integrity: "", dependencies: ["c@2.0.0", "@types/b"] },
    "c@1.0.0": { integrity: "", dependencies: ["e"] },
    "e@3.0.0_@types+b@1.0.0": { integrity: "" },
    "c@2.0.0": { integrity: "" },
    "d@1.0.0": { integrity: "" },
    "@types/b@1.0.0": { integrity: "" },
    "@n/linux@1.0.0": { integrity: "" },
    "@n/windows@1.0.0": { integrity: "" },
  },
};

Deno.test("dependencyGraph() follows what is needed, and of natives takes the target's", () => {
  assert.deepEqual(
    dependencyGraph(LOCK, ["a@1.0.0"], new Set(["@n/linux"])),
    new Map([
      ["a@1.0.0", ["b@2.0.0", "c@1.0.0", "@n/linux@1.0.0"]],
      ["@n/linux@1.0.0", []],
      ["c@1.0.0", ["e@3.0.0_@types+b@1.0.0"]],
      ["e@3.0.0_@types+b@1.0.0", []],
      ["b@2.0.0", ["c@2.0.0"]],
      ["c@2.0.0", []],
    ]),
  );
});

for (const name of TARGET_NAMES) {
  Deno.test(`billOfMaterials() lists the natives of ${name} with their hashes, and nothing that only tests use`, async () => {
    const target = targetOf(name);
    const { components } = await billOfMaterials(ROOT, target) as { components: Component[] };
    const names = components.map((component) => component.name);
    for (const expected of [...target.natives.map((native) => native.package), target.bunPackage]) {
      assert.ok(names.includes(expected), expected);
    }
    assert.equal(names.filter((each) => /^@duckdb\/node-bindings-|^@libsql\/(linux|darwin|win)/.test(each)).length, 2);
    assert.ok(!names.includes("@xterm/headless"));
    assert.ok(components.every(({ hashes: [hash] }) => /^[0-9a-f]{128}$/.test(hash!.content)));
  });
}
