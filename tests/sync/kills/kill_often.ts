import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Random } from "../../fuzz/random.ts";
import { openMirrored } from "../mirrored_database.ts";
import { expectOneTime } from "./expect_one_time.ts";

/** Moments a victim lives through after it has proved that its mirror equals the source. */
const MOMENTS_MAX = 200;

const VICTIM = fileURLToPath(new URL("./victim.ts", import.meta.url));

/** What is killed. */
export interface Victims {
  readonly backend: "duckdb" | "arrow";
  readonly mode: "destructive" | "temporal";
}

interface Life {
  /** The highest transaction the victim found when it opened, and the highest whose commit it saw. */
  readonly recovered: number;
  readonly committed: number;
}

/**
 * Kills a process again and again while it writes and syncs, and has the next one prove that nothing that was committed is lost, that the
 * mirror equals its source, and that it did not have to be rebuilt; in the end, that its history holds every transaction.
 *
 * @param seed Of the victims' writes, and of the moments at which they are killed.
 */
export async function killOften(victims: Victims, times: number, seed: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "rhei-kill-"));
  const random = new Random(seed);
  try {
    let committed = 0;
    for (let kill = 0; kill < times; kill++) {
      const life = await liveAndDie(folder, victims, seed + kill, random.int(0, MOMENTS_MAX));
      assert.ok(life.recovered >= committed, `kill ${kill} lost transactions ${life.recovered + 1} to ${committed}`);
      committed = life.committed;
    }
    await using db = await openMirrored({ folder, backend: victims.backend });
    await db.expectEqual("after the last kill");
    assert.deepEqual(db.notices.filter((text) => text.includes("rebuilt")), [], "nothing had to be rebuilt");
    if (victims.mode === "temporal") {
      const { rows } = await db.oltp.query("select max(n) from counter");
      await expectOneTime(db.olap, Number(rows[0]?.[0]));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts a victim and kills it at its `moment`-th line after the check. */
async function liveAndDie(folder: string, { backend, mode }: Victims, seed: number, moment: number): Promise<Life> {
  const options = [folder, String(seed), backend, mode];
  const child = spawn(Deno.execPath(), ["run", "-A", "--no-check", "--quiet", VICTIM, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const errors: string[] = [];
  child.stderr.on("data", (data) => errors.push(String(data)));
  const ended = once(child, "exit");
  const life = await readMoments(child, moment);
  child.kill("SIGKILL");
  const [code, signal] = await ended;
  assert.equal(
    signal,
    "SIGKILL",
    `the victim of seed ${seed} ended by itself (${code}): ${life.last} ${errors.join("")}`,
  );
  assert.ok(life.recovered !== null, `the victim of seed ${seed} was not ready: ${life.last}`);
  return { recovered: life.recovered, committed: life.committed };
}

async function readMoments(child: ChildProcess, moment: number) {
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout });
  let recovered: number | null = null;
  let committed = 0;
  let left = moment;
  let last = "";
  for await (const line of lines) {
    last = line;
    const [word, number, ...notices] = line.split(" ");
    if (word === "recovered") {
      recovered = committed = Number(number);
      assert.deepEqual(notices, [""], "no mirror has to be rebuilt");
    }
    if (word === "committed") committed = Number(number);
    if (recovered !== null && left-- === 0) break;
  }
  return { recovered, committed, last };
}
