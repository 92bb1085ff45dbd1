import assert from "node:assert/strict";
import { systemCode, systemReason } from "./system_reason.ts";

Deno.test("systemReason() says in words what the system refused", () => {
  for (
    const [failure, code, reason] of [
      [Object.assign(new Error("open"), { code: "ENOENT" }), "ENOENT", "no such file"],
      [new Error("No space left on device (os error 28)"), "ENOSPC", "no space left on the disk"],
      [Object.assign(new Error("i/o"), { code: "EIO" }), "EIO", undefined],
      [Object.assign(new Error("odd"), { code: "ERR_INVALID_ARG" }), undefined, undefined],
      [new Error("a defect"), undefined, undefined],
      ["thrown text", undefined, undefined],
    ] as const
  ) {
    assert.deepEqual([systemCode(failure), systemReason(failure)], [code, reason], String(failure));
  }
});
