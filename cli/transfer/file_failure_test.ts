import assert from "node:assert/strict";
import { RheiError } from "../../src/errors/mod.ts";
import { fileFailure } from "./file_failure.ts";

function systemError(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

Deno.test("fileFailure() says in words what the system refused", () => {
  for (
    const [cause, code, message] of [
      [systemError("ENOENT: no such file", "ENOENT"), "FILE_FORMAT", 'Cannot read "a.csv": no such file'],
      [systemError("write failed", "ENOSPC"), "DISK_FULL", 'Cannot read "a.csv": no space left on the disk'],
      [
        systemError("No space left on device (os error 28)"),
        "DISK_FULL",
        'Cannot read "a.csv": no space left on the disk',
      ],
      [systemError("i/o error", "EIO"), "IO_ERROR", 'Cannot read "a.csv": i/o error'],
    ] as const
  ) {
    const failure = fileFailure("read", "a.csv", cause);
    assert.ok(failure instanceof RheiError);
    assert.deepEqual([failure.code, failure.message, failure.cause], [code, message, cause]);
  }
});

Deno.test("fileFailure() leaves defects and failures of rhei as they are", () => {
  for (
    const error of [
      new TypeError("x is undefined"),
      new RheiError("FILE_FORMAT", "bad"),
      systemError("odd", "ERR_INVALID_ARG"),
    ]
  ) {
    assert.equal(fileFailure("read", "a.csv", error), error);
  }
});
