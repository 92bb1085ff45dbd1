// deno-lint-ignore-file no-console -- a command reports on stderr
/**
 * `deno task kills [--times N] [--seed N] [--olap arrow,duckdb]` kills N processes in all, as many over each backend, while they write and
 * sync; fails when something is lost.
 */
import { parseArgs } from "node:util";
import { type Backend, killOften } from "./kill_often.ts";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    olap: { type: "string", default: "duckdb,arrow" },
  },
});

const backends = values.olap.split(",") as Backend[];
const each = Math.ceil(Number(values.times) / backends.length);
for (const backend of backends) {
  const startedMs = performance.now();
  await killOften(backend, each, Number(values.seed));
  console.error(`${backend}: ${each} kills survived, ${Math.round((performance.now() - startedMs) / each)} ms each`);
}
