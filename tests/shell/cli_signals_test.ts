import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { inFolder, rheiCommand } from "./cli_process.ts";

/** Counts to a number that takes minutes, wherever it runs. */
const ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1e10) select count(*) from n";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("rhei run stops at Ctrl-C with exit code 130 and says nothing", () =>
  inFolder(async (path) => {
    // The first statement's rows tell that the second is about to run.
    const [program = "", ...args] = rheiCommand(["run", path("a.db"), "-"]);
    const child = spawn(program, args, { cwd: ROOT, stdio: "pipe" });
    let stderr = "";
    child.stderr.on("data", (chunk) => stderr += chunk);
    child.stdin.end(`select 'ready';\n${ENDLESS};\nselect 'not reached';\n`);
    const [first] = await once(child.stdout, "data");
    assert.match(String(first), /ready/);
    child.stdout.on("data", (chunk) => assert.doesNotMatch(String(chunk), /not reached/));
    // child.kill() would make Deno report the exit code 130 as death by this signal.
    Deno.kill(child.pid!, "SIGINT");
    assert.deepEqual([...await once(child, "close"), stderr], [130, null, ""]);
  }));

Deno.test("rhei query ends quietly when nobody reads its rows any more", () =>
  inFolder(async (path) => {
    const rows =
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000) select i, i, i from n";
    const [program = "", ...args] = rheiCommand(["query", "--route", "oltp", path("a.db"), rows]);
    // The database has to exist for a query.
    await once(
      spawn(program, [...args.slice(0, -5), "run", path("a.db"), "/dev/null"], { cwd: ROOT, stdio: "ignore" }),
      "close",
    );
    const child = spawn(program, args, { cwd: ROOT, stdio: "pipe" });
    let stderr = "";
    child.stderr.on("data", (chunk) => stderr += chunk);
    await once(child.stdout, "data");
    child.stdout.destroy();
    const [code] = await once(child, "close");
    assert.deepEqual([code, stderr], [0, ""]);
  }));
