/**
 * Builds the executable with `deno compile`: the bundled command line, which unpacks the native libraries it holds by itself. Run:
 * `deno task compile [--target NAME]... [--out FILE]`. Deno's runtime for executables is `DENORT_BIN` where that is set, and downloaded
 * by Deno otherwise; exits with 2 where neither is to be had.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { bundlePortable } from "./bundle_portable.ts";
import { type BuildRequest, buildRequests } from "./build_request.ts";
import type { Target } from "./targets.ts";

/** Exit code of a machine without what compiling needs, as opposed to a build that fails. */
const EXIT_UNAVAILABLE = 2;

const SYSTEMS: Readonly<Record<string, string>> = {
  linux: "unknown-linux-gnu",
  darwin: "apple-darwin",
  win32: "pc-windows-msvc",
};

/** Deno's own name of a target. */
function denoTarget({ platform, arch }: Target): string {
  return `${arch === "arm64" ? "aarch64" : "x86_64"}-${SYSTEMS[platform]}`;
}

class Unavailable extends Error {}

async function compile(root: string, { target, outfile }: BuildRequest): Promise<void> {
  const denort = process.env["DENORT_BIN"];
  if (denort !== undefined && !existsSync(denort)) {
    throw new Unavailable(`Cannot compile: DENORT_BIN names ${denort}, which does not exist`);
  }
  const bundle = join(root, "dist", ".build", `portable-${target.name}`);
  await bundlePortable(root, target, bundle);
  await mkdir(dirname(outfile), { recursive: true });
  const args = ["compile", "--allow-all", "--no-check", "--no-config", "--no-lock", "--node-modules-dir=none"];
  args.push("--target", denoTarget(target), "--include", bundle, "--output", outfile, join(bundle, "main.js"));
  const child = spawn(Deno.execPath(), args, { cwd: bundle, stdio: ["ignore", "ignore", "pipe"] });
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  const said = await text(child.stderr!);
  if (await exited === 0) return;
  if (denort === undefined && /denort/.test(said)) {
    throw new Unavailable(
      "Cannot compile: Deno's runtime for executables (denort) cannot be downloaded here; set DENORT_BIN to a copy of it",
    );
  }
  throw new Error(`Cannot compile: ${said.trim()}`);
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname!, "..", "..");
  try {
    for (const request of buildRequests(Deno.args, "rhei-deno")) {
      await compile(root, request);
      const megabytes = (await stat(request.outfile)).size / 1e6;
      process.stdout.write(`${request.outfile}: ${request.target.name}, ${megabytes.toFixed(1)} MB\n`);
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(error instanceof Unavailable ? EXIT_UNAVAILABLE : 1);
  }
}
