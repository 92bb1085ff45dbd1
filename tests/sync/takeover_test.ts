import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { HtapEngine } from "../../mod.ts";

const CHILD = fileURLToPath(new URL("./takeover_child.ts", import.meta.url));

/** Leaders killed one after the other. */
const KILLS = 2;

/** A process on the database, and what it has said. */
class Participant {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #errors: string[] = [];
  readonly #exited: Promise<unknown>;
  #waiting: { readonly word: string; readonly resolve: (line: string) => void } | null = null;
  #last = "";
  /** The highest number whose commit it saw. */
  committed = 0;

  constructor(folder: string, backend: string, name: string) {
    this.name = name;
    const args = ["run", "-A", "--no-check", "--quiet", CHILD, folder, backend, name];
    this.#child = spawn(Deno.execPath(), args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stderr?.on("data", (data) => this.#errors.push(String(data)));
    this.#exited = once(this.#child, "exit");
    createInterface({ input: this.#child.stdout! }).on("line", (line) => this.#hear(line));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The next line that begins with this word. */
  async says(word: string): Promise<string> {
    const said = new Promise<string>((resolve) => this.#waiting = { word, resolve });
    const ended = this.#exited.then(() => {
      throw new Error(`Process ${this.name} ended by itself: ${this.#last} ${this.#errors.join("")}`);
    });
    return await Promise.race([said, ended]);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  #hear(line: string): void {
    const [word = "", number] = line.split(" ");
    if (word === "committed") this.committed = Number(number);
    else this.#last = line;
    if (word !== this.#waiting?.word && word !== "wrong") return;
    // A wrong answer is handed to whoever waits, who expects something else.
    this.#waiting?.resolve(line);
    this.#waiting = null;
  }
}

for (const backend of ["duckdb", "arrow"] as const) {
  Deno.test(`of several processes one keeps the ${backend} mirror, the others answer rightly, and a killed one is replaced`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "rhei-takeover-"));
    const everyone: Participant[] = [];
    const start = (name: string): Participant => {
      const participant = new Participant(folder, backend, name);
      everyone.push(participant);
      return participant;
    };
    try {
      let leader = start("p0");
      assert.equal(await leader.says("leads"), "leads");
      let follower = start("p1");
      assert.equal(await follower.says("follows"), `follows ${leader.pid}`);
      for (let kill = 1; kill <= KILLS; kill++) {
        const takesOver = follower.says("leads");
        await leader.kill();
        assert.equal(await takesOver, "leads");
        leader = follower;
        follower = start(`p${kill + 1}`);
        assert.equal(await follower.says("follows"), `follows ${leader.pid}`);
      }
      await Promise.all([leader.kill(), follower.kill()]);
      await using db = await HtapEngine.open({
        oltpPath: join(folder, "test.db"),
        olap: { backend },
        syncIntervalMs: 0,
      });
      assert.equal((await db.verify()).equal, true);
      for (const { name, committed } of everyone) {
        const [row] = (await db.query("select count(*) as n, max(n) as highest from t where who = ?", [name])).rows();
        assert.equal(row?.["n"], row?.["highest"], `${name} wrote every number once`);
        assert.ok(
          Number(row?.["highest"]) >= committed,
          `${name} lost something after ${row?.["highest"]} of ${committed}`,
        );
      }
    } finally {
      for (const participant of everyone) await participant.kill();
      await rm(folder, { recursive: true, force: true });
    }
  });
}
