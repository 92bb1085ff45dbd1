/** Writes the page on SQL coverage anew. Run: `deno task coverage`. */
import { resolve } from "node:path";
import { COVERAGE_PAGE, coveragePage } from "./coverage.ts";

if (import.meta.main) {
  const root = resolve(import.meta.dirname!, "../..");
  Deno.writeTextFileSync(resolve(root, COVERAGE_PAGE), await coveragePage());
}
