import process from "node:process";

/** An npm package that holds native code for one platform, and the files of it that are needed; the first is the addon. */
export interface NativeSource {
  readonly name: string;
  readonly package: string;
  /** The package whose version it follows. */
  readonly parent: string;
  readonly files: readonly [string, ...string[]];
}

/** A platform the executable can be built for. */
export interface Target {
  readonly name: TargetName;
  /** As Node names them. */
  readonly platform: string;
  readonly arch: string;
  /** Bun's own name for it. */
  readonly bunTarget: string;
  /** The npm package with Bun's program for it. */
  readonly bunPackage: string;
  readonly bunProgram: string;
  readonly natives: readonly NativeSource[];
}

export const TARGET_NAMES = ["linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64", "windows-x64"] as const;
export type TargetName = typeof TARGET_NAMES[number];

/** What is known of a target by its name. */
export function targetOf(name: TargetName): Target {
  const [system, arch] = name.split("-") as [string, string];
  const platform = system === "windows" ? "win32" : system;
  const library = { linux: "libduckdb.so", darwin: "libduckdb.dylib", windows: "duckdb.dll" }[system]!;
  const abi = { linux: "-gnu", darwin: "", windows: "-msvc" }[system]!;
  const bunName = `${system}-${arch === "arm64" ? "aarch64" : arch}`;
  return {
    name,
    platform,
    arch,
    bunTarget: `bun-${name}`,
    bunPackage: `@oven/bun-${bunName}`,
    bunProgram: system === "windows" ? "bin/bun.exe" : "bin/bun",
    natives: [
      { name: "libsql", package: `@libsql/${platform}-${arch}${abi}`, parent: "libsql", files: ["index.node"] },
      {
        name: "duckdb",
        package: `@duckdb/node-bindings-${platform}-${arch}`,
        parent: "@duckdb/node-bindings",
        files: ["duckdb.node", library],
      },
    ],
  };
}

/** The target of the machine this runs on, or `null` where rhei has no executable. */
export function hostTarget(): Target | null {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = TARGET_NAMES.find((target) => target === `${system}-${process.arch}`);
  return name === undefined ? null : targetOf(name);
}

/** @throws {Error} Where Bun cannot bundle. */
export function hostOrThrow(): Target {
  const host = hostTarget();
  if (host === null) throw new Error("Cannot build here: Bun has no program for this platform");
  return host;
}
