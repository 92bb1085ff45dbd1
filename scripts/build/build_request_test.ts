import assert from "node:assert/strict";
import { relative, resolve } from "node:path";
import { buildRequests } from "./build_request.ts";
import { hostTarget, TARGET_NAMES } from "./targets.ts";

const ROOT = resolve(import.meta.dirname!, "..", "..");

Deno.test("buildRequests() names targets and their files", () => {
  const requested = (...args: string[]): string[] =>
    buildRequests(args, "rhei").map(({ target, outfile }) => `${target.name} ${relative(ROOT, outfile)}`);
  assert.deepEqual(requested("--target", "linux-arm64", "--target", "windows-x64"), [
    "linux-arm64 dist/rhei-linux-arm64",
    "windows-x64 dist/rhei-windows-x64.exe",
  ]);
  assert.deepEqual(requested("--target", "all").map((each) => each.split(" ")[0]), [...TARGET_NAMES]);
  assert.deepEqual(requested("--target", "darwin-x64", "--out", `${ROOT}/dist/other`), ["darwin-x64 dist/other"]);
  const host = hostTarget();
  if (host !== null) assert.equal(buildRequests([], "rhei")[0]!.target.name, host.name);
});

Deno.test("buildRequests() refuses what it does not know", () => {
  assert.throws(() => buildRequests(["--target", "amiga"], "rhei"), /"amiga": targets are linux-x64/);
  assert.throws(() => buildRequests(["--target", "all", "--out", "x"], "rhei"), /one --out/);
  assert.throws(() => buildRequests(["--verbose"], "rhei"), /verbose/);
});
