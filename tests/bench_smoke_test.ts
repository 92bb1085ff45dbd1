import assert from "node:assert/strict";
import { benchEngine, describeEngineTimes } from "../bench/engine.ts";
import { benchQueries, describeQueryTimes } from "../bench/queries.ts";
import { benchStart, describeStartTimes } from "../bench/start.ts";

Deno.test("benchQueries() gets one result from rhei, DuckDB and libSQL", async () => {
  const times = await benchQueries({ folder: null, runs: 1, threads: 1, orders: 300, libsql: true });
  assert.deepEqual(times.map(({ query }) => query), ["summary", "filter", "top", "late", "text"]);
  assert.ok(times.every(({ rheiMs, duckdbMs, libsqlMs }) => rheiMs > 0 && duckdbMs > 0 && libsqlMs! > 0));
  assert.match(describeQueryTimes(times), /geomean/);
});

Deno.test("benchEngine() reads and writes the same rows as the bare driver", async () => {
  const times = await benchEngine({ rows: 100, rounds: 1 });
  assert.equal(times.length, 5);
  assert.ok(
    times.every(({ same, enginePerSecond, barePerSecond }) => same && enginePerSecond > 0 && barePerSecond > 0),
  );
  assert.match(describeEngineTimes(times), /tracked insert, batches of 1000 .* ratio \d/);
});

Deno.test("benchStart() times the command and its neighbours", async () => {
  const times = await benchStart(1);
  assert.ok(times.slice(0, 4).every(({ ms }) => ms !== null && ms > 0));
  assert.match(describeStartTimes(times), /rhei --version/);
});
