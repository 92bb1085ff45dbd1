import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import type { NativeFile, NativeLibrary } from "../../src/native/mod.ts";
import { fetchPackage } from "./npm_packages.ts";
import type { NativeSource, Target } from "./targets.ts";

/** A level at which the largest library takes seconds. */
const LEVEL = 12;

/** Compresses what a target's executable carries of native libraries into `work`; what is there already is used again. */
export async function packNatives(root: string, target: Target, work: string): Promise<NativeLibrary[]> {
  const assets = join(work, "natives");
  await mkdir(assets, { recursive: true });
  return await Promise.all(target.natives.map((source) => packLibrary(root, source, assets, join(work, "packages"))));
}

async function packLibrary(
  root: string,
  source: NativeSource,
  assets: string,
  packages: string,
): Promise<NativeLibrary> {
  const folder = installedFolder(root, source) ?? await fetchPackage(await lockedPackage(root, source), packages);
  const [addon, ...others] = source.files;
  const packed = (file: string) => packFile(join(folder, file), source.name, assets);
  const files = [await packed(addon), ...await Promise.all(others.map(packed))] as const;
  const content = files.map(({ name, sha256 }) => `${name} ${sha256}\n`).join("");
  return { name: source.name, digest: createHash("sha256").update(content).digest("hex").slice(0, 16), files };
}

async function packFile(path: string, library: string, assets: string): Promise<NativeFile> {
  const content = await readFile(path);
  const name = basename(path);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const asset = join(assets, `${library}-${sha256.slice(0, 16)}.zst`);
  if (!existsSync(asset)) {
    const compressed = await promisify(zstdCompress)(content, {
      params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
    });
    // Under another name first: an interrupted build must not leave half of it to the next.
    const unfinished = `${asset}.${crypto.randomUUID()}`;
    await writeFile(unfinished, compressed);
    await rename(unfinished, asset);
  }
  return { name, asset, sizeBytes: content.length, sha256 };
}

/** Where Deno has installed the package, which it has for this machine's platform only. */
function installedFolder(root: string, source: NativeSource): string | null {
  const parent = join(root, "node_modules", source.parent);
  if (!existsSync(parent)) return null;
  const modules = source.parent.includes("/") ? dirname(dirname(realpathSync(parent))) : dirname(realpathSync(parent));
  const folder = join(modules, source.package);
  return existsSync(folder) ? folder : null;
}

/** The package as `deno.lock` pins it. */
async function lockedPackage(root: string, source: NativeSource) {
  const { npm } = JSON.parse(await readFile(join(root, "deno.lock"), "utf8")) as {
    npm: Record<string, { readonly integrity: string }>;
  };
  const prefix = `${source.package}@`;
  const key = Object.keys(npm).find((name) => name.startsWith(prefix));
  if (key === undefined) throw new Error(`Cannot find ${source.package}: deno.lock does not name it`);
  return { name: source.package, version: key.slice(prefix.length), integrity: npm[key]!.integrity };
}
