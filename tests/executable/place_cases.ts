import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { spawnSync } from "node:child_process";
import { executableTest, type Outcome, permits, runAlone, type RunOptions } from "./built_executable.ts";

/** Needs libsql and DuckDB. */
function smoke(rhei: string, options: RunOptions): Promise<Outcome> {
  const script = "create table t (a integer primary key, b text); insert into t values (1, 'x'), (2, 'y');\n" +
    "select count(*) as n, max(b) as b from t;\n";
  return runAlone(rhei, ["run", "smoke.db", "-", "--route", "auto", "--olap", "duckdb"], { ...options, stdin: script });
}

function assertSmoke({ code, stdout, stderr }: Outcome): void {
  assert.deepEqual([code, stdout], [0, "n,b\n2,y\n"], stderr);
}

/** An account without rights, as programs of `setpriv` know it. */
const NOBODY = 65534;

executableTest("first starts at the same time unpack one copy", async (rhei, folder) => {
  const cache = join(folder, "cache");
  const starts = Array.from({ length: 6 }, (_, at) => {
    const cwd = join(folder, `start-${at}`);
    mkdirSync(cwd);
    return smoke(rhei, { cwd, env: { RHEI_NATIVE_DIR: cache } });
  });
  for (const outcome of await Promise.all(starts)) assertSmoke(outcome);
  assert.deepEqual(readdirSync(cache).map((name) => name.split("-")[0]).sort(), ["duckdb", "libsql"]);
});

executableTest("a start mends a cache of which a part was lost", async (rhei, folder) => {
  const cache = join(folder, "cache");
  const env = { RHEI_NATIVE_DIR: cache };
  assertSmoke(await smoke(rhei, { cwd: folder, env }));
  const files = readdirSync(cache).flatMap((name) =>
    readdirSync(join(cache, name)).map((file) => join(cache, name, file))
  );
  assert.equal(files.length, 3);
  const sizes = files.map((file) => statSync(file).size);
  for (const file of files) truncateSync(file, 1000);
  const again = join(folder, "again");
  mkdirSync(again);
  assertSmoke(await smoke(rhei, { cwd: again, env }));
  assert.deepEqual(files.map((file) => statSync(file).size), sizes);
  // The right size, and yet not the library: what a crash of the machine may leave.
  writeFileSync(files[0]!, new Uint8Array(sizes[0]!));
  const third = join(folder, "third");
  mkdirSync(third);
  assertSmoke(await smoke(rhei, { cwd: third, env }));
});

executableTest("a start says what is wrong when RHEI_NATIVE_DIR cannot be used", async (rhei, folder) => {
  writeFileSync(join(folder, "file"), "");
  const { code, stderr } = await smoke(rhei, { cwd: folder, env: { RHEI_NATIVE_DIR: join(folder, "file", "below") } });
  assert.equal(code, 1);
  assert.match(stderr, /Cannot load the library "libsql":\n.*file\/below: .*\nHint: set RHEI_NATIVE_DIR/);
});

executableTest(
  "a start without a home it may write to unpacks elsewhere",
  async (rhei, folder) => {
    const [home, work, temporary] = ["home", "work", "tmp"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [home, work, temporary]) {
      mkdirSync(path);
      chownSync(path, NOBODY, NOBODY);
    }
    chmodSync(folder, 0o755);
    chmodSync(home, 0o500);
    const within = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    const env = { HOME: home, TMPDIR: temporary, PATH: process.env["PATH"]! };
    assertSmoke(await smoke(rhei, { cwd: work, env, within }));
    assert.deepEqual(readdirSync(home), []);
    assert.deepEqual(readdirSync(temporary), [`rhei-native-${NOBODY}`]);
    assert.equal(statSync(join(temporary, `rhei-native-${NOBODY}`)).mode & 0o777, 0o700);
  },
  permits("to become another user", "setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "true"),
);

executableTest(
  "a start passes over a home that nothing may be run from",
  async (rhei, folder) => {
    const [home, temporary] = ["home", "tmp"].map((name) => join(folder, name)) as [string, string];
    for (const path of [home, temporary]) mkdirSync(path);
    const mounted = 'mount -t tmpfs -o noexec none "$HOME" && "$@" && ls "$HOME/.cache/rhei/native" >&2';
    const within = ["unshare", "--mount", "sh", "-c", mounted, "sh"];
    const env = { HOME: home, TMPDIR: temporary, PATH: process.env["PATH"]! };
    const outcome = await smoke(rhei, { cwd: folder, env, within });
    assertSmoke(outcome);
    // Only the first library was tried there.
    assert.match(outcome.stderr, /^libsql-/m);
    assert.doesNotMatch(outcome.stderr, /^duckdb-/m);
    const [place = ""] = readdirSync(temporary);
    assert.deepEqual(readdirSync(join(temporary, place)).map((name) => name.split("-")[0]).sort(), [
      "duckdb",
      "libsql",
    ]);
  },
  permits("to mount", "unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"),
);

executableTest(
  "the executable works in a folder of its own with the C and C++ libraries alone",
  async (rhei, folder) => {
    const root = join(folder, "root");
    for (const library of librariesOf(rhei)) {
      const copy = join(root, library);
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(library, copy);
    }
    copyFileSync(rhei, join(root, "rhei"));
    mkdirSync(join(root, "proc"));
    const jail = `mount -t proc proc "${root}/proc" && exec "$(command -v chroot)" "${root}" /rhei "$@"`;
    const within = ["unshare", "--mount", "sh", "-c", `PATH=/usr/sbin:/sbin:/usr/bin:/bin; ${jail}`];
    // The first argument of `sh -c` is its own name: the path of the program outside.
    assertSmoke(await smoke(rhei, { cwd: folder, within }));
    const unpacked = readdirSync(join(root, "rhei-native")).map((name) => name.split("-")[0]);
    assert.deepEqual(unpacked.sort(), ["duckdb", "libsql"]);
    assert.equal(readFileSync(join(root, "smoke.db")).subarray(0, 6).toString(), "SQLite");
  },
  permits("to change the root", "unshare", "--mount", "sh", "-c", 'PATH="$PATH:/usr/sbin:/sbin"; chroot / true'),
);

/** The shared libraries the program needs, and the C++ ones its native libraries need besides. */
function librariesOf(program: string): string[] {
  const needed = (file: string): string[] => {
    const { stdout } = spawnSync("ldd", [file], { encoding: "utf8" });
    return [...stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1]!);
  };
  const own = needed(program);
  const folder = dirname(own.find((path) => path.includes("libc.so"))!);
  const others = ["libstdc++.so.6", "libgcc_s.so.1", "librt.so.1"].flatMap((name) =>
    [folder, folder.replace(/^/, "/usr")].map((place) => join(place, name)).filter(existsSync).slice(0, 1)
  );
  return [...new Set([...own, ...others])];
}
