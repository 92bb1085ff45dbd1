import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { fetchPackage, type PinnedPackage } from "./npm_packages.ts";
import type { Target } from "./targets.ts";

/** The Bun that builds the executable and runs inside it. */
const BUN_VERSION = "1.4.5";

/** To change the version, take these from `npm view NAME@VERSION dist.integrity`. */
const INTEGRITY: Readonly<Record<string, string>> = {
  "@oven/bun-linux-x64":
    "sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==",
  "@oven/bun-linux-aarch64":
    "sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==",
  "@oven/bun-darwin-aarch64":
    "sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==",
  "@oven/bun-darwin-x64":
    "sha512-qkLPMGHZM9NI6CeHTWwVezzmlo6cC4Ta7yUAjYIWXS366qQcOlcp75t2uZyiuVRBMPS0h9qE0tCcvCHGaFqjJg==",
  "@oven/bun-windows-x64":
    "sha512-FNvply651vcE/GHgNWz6mZvhmkwBuu8Hw54oNzA+CQog+HW+542rXQmZqNHRkFxazD9L3xi+iTtvO3engAgJfw==",
};

/**
 * Variables by which whoever starts a program built with Bun makes it behave as Bun itself, or gives it Bun's options; and what they
 * are called in ours. Some environments hold them for programs of their own.
 */
const SWITCHES: readonly (readonly [string, string])[] = [
  ["\0BUN_BE_BUN\0", "\0RHEI_ASBUN\0"],
  ["\0BUN_OPTIONS\0", "\0RHEI_BUNOPT\0"],
];

/** Makes sure Bun's program for a target lies in `work`, and returns its path. */
export async function fetchBun(target: Target, work: string): Promise<string> {
  return join(await fetchPackage(bunPackage(target), join(work, "packages")), target.bunProgram);
}

/** A copy of Bun's program that the environment cannot turn into something else by accident. */
export function withoutSwitches(program: Uint8Array): Uint8Array {
  const bytes = Buffer.from(program);
  for (const [theirs, ours] of SWITCHES) {
    const at = bytes.indexOf(theirs);
    if (at < 0 || bytes.indexOf(theirs, at + 1) >= 0) {
      throw new Error(`Cannot rename ${theirs.replaceAll("\0", "")}: this Bun does not hold it once`);
    }
    bytes.write(ours, at);
  }
  return bytes;
}

/** Runs Bun without anything from the environment that configures it. */
export async function runBun(bun: string, args: readonly string[], folder: string): Promise<void> {
  const env = Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !/^(BUN|NODE)_/.test(name)));
  try {
    await promisify(execFile)(bun, [...args], { cwd: folder, env });
  } catch (error) {
    const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message: string };
    throw new Error(`Cannot bundle: ${`${stderr ?? ""}${stdout ?? ""}`.trim() || message}`, { cause: error });
  }
}

/** The npm package that holds Bun for a target. */
export function bunPackage(target: Target): PinnedPackage {
  const integrity = INTEGRITY[target.bunPackage];
  if (integrity === undefined) throw new Error(`Cannot get Bun for ${target.name}: its integrity is not pinned`);
  return { name: target.bunPackage, version: BUN_VERSION, integrity };
}
