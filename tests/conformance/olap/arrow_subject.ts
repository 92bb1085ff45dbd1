import { openArrow } from "../../../src/olap/arrow/mod.ts";
import type { OlapBackend } from "../../../src/olap/mod.ts";
import type { OlapSubject } from "./harness.ts";

/** Opens a mirror for the suite, here and in its child processes. */
export function openForTest(path: string | null): Promise<OlapBackend> {
  return openArrow({ path, threads: 2 });
}

export const arrowSubject: OlapSubject = { name: "arrow", open: openForTest, childModule: import.meta.url };
