import assert from "node:assert/strict";
import type { Contender } from "../bench/mixed/contender.ts";
import { datasetOf } from "../bench/mixed/dataset.ts";
import { CommitTimes, scoreOf } from "../bench/mixed/freshness.ts";
import { frontierOf, frontierShare } from "../bench/mixed/frontier.ts";
import { TimeShare } from "../bench/mixed/time_share.ts";
import { type Point, Workload } from "../bench/mixed/workload.ts";
import { canConfine } from "../bench/support/one_core.ts";

const STALENESS: readonly (readonly [name: string, seen: number, beganMs: number, stalenessMs: number])[] = [
  ["all seen", 3, 50, 0],
  ["the last not seen", 2, 50, 20],
  ["none seen", 0, 50, 40],
  ["committed after the query began", 2, 25, 0],
  ["seen before its client knew of the commit", 4, 50, 0],
];

for (const [name, seen, beganMs, stalenessMs] of STALENESS) {
  Deno.test(`CommitTimes.stalenessMs() tells how stale a query is: ${name}`, () => {
    const times = new CommitTimes();
    for (const atMs of [10, 20, 30]) times.add(atMs);
    assert.equal(times.stalenessMs(seen, beganMs), stalenessMs);
  });
}

Deno.test("CommitTimes.within() counts commits after the begin and up to the end", () => {
  const times = new CommitTimes();
  for (const atMs of [10, 20, 30, 40]) times.add(atMs);
  assert.deepEqual([times.within(10, 30), times.within(0, 9), times.within(0, 100)], [2, 0, 4]);
});

Deno.test("scoreOf() gives what one query in twenty exceeds", () => {
  const staleMs = Array.from({ length: 100 }, (_, at) => at < 90 ? 0 : at);
  assert.deepEqual(scoreOf(staleMs), { queries: 100, stale: 10, p95Ms: 94, maxMs: 99 });
  assert.deepEqual(scoreOf([]), { queries: 0, stale: 0, p95Ms: 0, maxMs: 0 });
});

function pointAt(tThroughput: number, aThroughput: number): Point {
  return { tClients: 1, aClients: 1, tThroughput, tP99Ms: 0, aThroughput, mirrored: 0, freshness: scoreOf([]) };
}

const FRONTIERS: readonly (readonly [name: string, points: readonly Point[], size: number, share: number])[] = [
  ["one resource shared", [pointAt(0, 10), pointAt(50, 5), pointAt(100, 0)], 3, 0.5],
  ["nothing shared", [pointAt(0, 10), pointAt(100, 10), pointAt(100, 0)], 1, 1],
  ["a point that others beat", [pointAt(0, 10), pointAt(20, 1), pointAt(50, 5), pointAt(100, 0)], 3, 0.5],
  ["no point", [], 0, 0],
];

for (const [name, points, size, share] of FRONTIERS) {
  Deno.test(`frontierOf() keeps what no other point beats, frontierShare() the area below: ${name}`, () => {
    const frontier = frontierOf(points);
    assert.equal(frontier.length, size);
    assert.equal(frontierShare(frontier), share);
  });
}

Deno.test("TimeShare leaves out what would end too late, but nothing that has to be", async () => {
  const past = new TimeShare(performance.now() - 1);
  assert.equal(await past.run(async () => "measured"), "measured");
  assert.deepEqual([await past.runInTime(async () => "measured"), past.leftOut], [null, 1]);
  const future = new TimeShare(performance.now() + 60_000);
  assert.deepEqual([await future.runInTime(async () => "measured"), future.leftOut], ["measured", 0]);
});

Deno.test("Workload.run() finds queries stale that do not see the transactions", async () => {
  const blind: Contender = {
    name: "libsql",
    transaction: (body) => body({ query: async () => [[1]], execute: async () => {} }),
    openReader: async () => ({
      query: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return { rows: [[0]], mirrored: false };
      },
      close: async () => {},
    }),
    settle: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  const workload = new Workload(blind, datasetOf(0), 1);
  const point = await workload.run({ tClients: 1, aClients: 1 }, { seconds: 0.01, warmUpSeconds: 0.01 });
  assert.ok(point.tThroughput > 0 && point.freshness.queries >= 13);
  assert.equal(point.freshness.stale, point.freshness.queries);
  assert.ok(point.freshness.maxMs > point.freshness.queries / 2);
});

Deno.test({
  name: "onOneCore() keeps all threads of the process on one core while its body runs",
  ignore: !canConfine(),
  fn: async () => {
    const script = `
      import { onOneCore } from ${JSON.stringify(import.meta.resolve("../bench/support/one_core.ts"))};
      const allowed = () => new Set([...Deno.readDirSync("/proc/self/task")].map(({ name }) =>
        /Cpus_allowed_list:\\s*(\\S+)/.exec(Deno.readTextFileSync("/proc/self/task/" + name + "/status"))[1]));
      const [before, during, after] = [allowed(), await onOneCore(async () => allowed()), allowed()];
      console.log(JSON.stringify([[...before], [...during], [...after]]));`;
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", script] }).output();
    const [before, during, after] = JSON.parse(new TextDecoder().decode(stdout));
    assert.deepEqual([during.length, /^\d+$/.test(during[0])], [1, true]);
    assert.deepEqual(after, before);
  },
});
