// deno-lint-ignore-file no-console -- a command reports on stderr
/**
 * `deno task kills [--times N] [--seed N] [--olap arrow,duckdb] [--sync-mode destructive,temporal]` kills N processes in all, as many of each
 * kind, while they write and sync; fails when something is lost.
 */
import { parseArgs } from "node:util";
import { killOften, type Victims } from "./kill_often.ts";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    olap: { type: "string", default: "duckdb,arrow" },
    "sync-mode": { type: "string", default: "destructive,temporal" },
  },
});

const backends = values.olap.split(",") as Victims["backend"][];
const modes = values["sync-mode"].split(",") as Victims["mode"][];
const kinds = backends.flatMap((backend) => modes.map((mode): Victims => ({ backend, mode })));
const each = Math.ceil(Number(values.times) / kinds.length);
for (const kind of kinds) {
  const startedMs = performance.now();
  await killOften(kind, each, Number(values.seed));
  const ms = Math.round((performance.now() - startedMs) / each);
  console.error(`${kind.backend}, ${kind.mode}: ${each} kills survived, ${ms} ms each`);
}
