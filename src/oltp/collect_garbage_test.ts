import assert from "node:assert/strict";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { collectGarbage } from "./collect_garbage.ts";
import type { OltpClient } from "./oltp_client.ts";
import { openOltp } from "./open_oltp.ts";

const DESCRIPTORS = "/proc/self/fd";

/** The files of a folder that this process has open, once for each descriptor. */
function openFiles(folder: string): string[] {
  return readdirSync(DESCRIPTORS).flatMap((descriptor) => {
    try {
      const path = readlinkSync(join(DESCRIPTORS, descriptor));
      return path.startsWith(folder) ? [path] : [];
    } catch {
      // Closed since the folder was read: that of the reading itself, at least.
      return [];
    }
  });
}

const USES: Readonly<Record<string, (client: OltpClient) => Promise<unknown>>> = {
  "nothing else": () => Promise.resolve(),
  "reads in the background": (client) =>
    Promise.all([1, 2].map(() => client.readInBackground("select count(*) from t", []))),
  "an explanation in the background": (client) => client.readInBackground("explain query plan select * from t", []),
  "a read in the background that was cancelled": (client) => {
    const endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    const cancelling = new AbortController();
    const read = client.readInBackground(endless, [], { signal: cancelling.signal });
    cancelling.abort();
    return assert.rejects(read, { code: "CANCELLED" });
  },
  "a snapshot for threads": async (client) => {
    await using snapshot = await client.snapshot({ scan: true });
    await snapshot.query("select count(*) from t");
  },
};

for (const [name, use] of Object.entries(USES)) {
  Deno.test({
    name: `close() leaves no file of the database open after ${name}`,
    ignore: !existsSync(DESCRIPTORS),
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        for (let cycle = 0; cycle < 2; cycle++) {
          const client = await openOltp({ path: join(folder, "app.db") });
          await client.execute("create table if not exists t (x)");
          await use(client);
          assert.notDeepEqual(openFiles(folder), []);
          await client.close();
        }
        await collectGarbage();
        assert.deepEqual(openFiles(folder), []);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
