import assert from "node:assert/strict";
import { CHILD_ROWS, CHILD_TABLE, startChild } from "./child.ts";
import { query, rowsOf } from "./fixtures.ts";
import type { OlapCases } from "./harness.ts";

/** Commits before each kill: the kill hits whatever the child does right after saying so, checkpoints included. */
const KILLS = [1, 4, 2, 7, 3, 5];

export const crashCases: OlapCases = {
  "holds one whole committed state, none older than it said to be durable, after its process was killed": async (
    backend,
    { folder, subject },
  ) => {
    await backend.close();
    for (const commits of KILLS) {
      const child = startChild(subject, folder!);
      const said = await child.committed(commits);
      await child.kill();
      const mirror = await subject.open(folder);
      const { state } = (await mirror.state())!;
      assert(state.watermark >= said, `${state.watermark} is older than the ${said} that was durable`);
      const versions = await query(mirror, "select version, count(*) from versions group by version");
      assert.deepEqual(versions, [[BigInt(state.watermark), BigInt(CHILD_ROWS)]]);
      const [first] = await rowsOf(mirror, CHILD_TABLE);
      assert.deepEqual(first, [0n, BigInt(state.watermark), `version ${state.watermark} of row 0`]);
      await mirror.close();
    }
  },
};
