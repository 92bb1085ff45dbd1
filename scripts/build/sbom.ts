/**
 * Lists what an executable is made of, in CycloneDX's format. Run: `deno task sbom [--target NAME]... [--out FILE]`; writes
 * `dist/rhei-NAME.cdx.json`.
 */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { importsOf } from "../check_layers.ts";
import { sourceFiles } from "../source_files.ts";
import { buildRequests } from "./build_request.ts";
import { bunPackage } from "./bun.ts";
import type { PinnedPackage } from "./npm_packages.ts";
import type { Target } from "./targets.ts";

/** A package as `deno.lock` describes it. */
interface LockedPackage {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

/** The part of `deno.lock` that is read here. Dependencies are named without a version where there is only one. */
export interface Lock {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, LockedPackage>>;
}

/** One licence, or a choice of them. */
type License = { readonly license: { readonly id: string } } | { readonly expression: string };

export interface Component {
  readonly type: "library" | "platform";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes: readonly { readonly alg: "SHA-512"; readonly content: string }[];
  readonly licenses?: readonly License[];
}

/** The bill of materials of the executable for a target: each package in it once, and which needs which. */
export async function billOfMaterials(root: string, target: Target): Promise<object> {
  const lock: Lock = JSON.parse(await readFile(join(root, "deno.lock"), "utf8"));
  const { version, imports } = JSON.parse(await readFile(join(root, "deno.json"), "utf8"));
  const direct = directPackages(root, imports).map((specifier) => lockedKey(lock, specifier));
  const natives = new Set(target.natives.map((native) => native.package));
  const edges = dependencyGraph(lock, direct, natives);
  const bun = bunPackage(target);
  const packages = [...edges.keys()].sort();
  const components = await Promise.all(packages.map((key) => componentOf(root, pinned(lock, key), "library")));
  components.push(await componentOf(root, bun, "platform"));
  const self = `pkg:generic/rhei@${version}`;
  const dependencies = [
    { ref: self, dependsOn: [...direct.map((key) => purlOf(pinned(lock, key))), purlOf(bun)] },
    ...packages.map((key) => ({
      ref: purlOf(pinned(lock, key)),
      dependsOn: edges.get(key)!.map((other) => purlOf(pinned(lock, other))),
    })),
    { ref: purlOf(bun), dependsOn: [] },
  ];
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": self,
        name: "rhei",
        version,
        purl: self,
        licenses: [{ license: { id: "MIT" } }],
        properties: [{ name: "rhei:target", value: target.name }],
      },
    },
    components,
    dependencies,
  };
}

/** The packages that what is built imports, as `deno.json` names them; those only tests import are not among them. */
function directPackages(root: string, imports: Readonly<Record<string, string>>): string[] {
  const specifiers = new Set(
    sourceFiles(root)
      .filter((path) => /^(mod\.ts$|src\/|cli\/)/.test(path) && !path.endsWith("_test.ts"))
      .flatMap((path) => importsOf(Deno.readTextFileSync(join(root, path)))),
  );
  return Object.entries(imports)
    .filter(([name]) => [...specifiers].some((each) => each === name || each.startsWith(`${name}/`)))
    .map(([, specifier]) => specifier);
}

/** `NAME@VERSION`, and behind that the peers it was installed with. */
function lockedKey({ specifiers }: Lock, specifier: string): string {
  const version = specifiers[specifier];
  if (version === undefined) throw new Error(`Cannot list ${specifier}: deno.lock does not name it`);
  return `${specifier.slice("npm:".length, specifier.lastIndexOf("@"))}@${version}`;
}

/** What each package needs, of those reached from `direct`. Of optional packages only the natives of the target are in it. */
export function dependencyGraph(
  { npm }: Pick<Lock, "npm">,
  direct: readonly string[],
  natives: ReadonlySet<string>,
): Map<string, string[]> {
  const edges = new Map<string, string[]>();
  const pending = [...direct];
  for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
    if (edges.has(key)) continue;
    const { dependencies = [], optionalDependencies = [] } = npm[key]!;
    const optional = optionalDependencies.filter((name) => natives.has(name));
    // Declarations are no part of a program.
    const needed = [...dependencies, ...optional].map((name) => keyOf(npm, name)).filter((each) =>
      !/^@types\//.test(each)
    );
    edges.set(key, needed);
    pending.push(...needed);
  }
  return edges;
}

function keyOf(npm: Lock["npm"], name: string): string {
  if (name in npm) return name;
  const key = Object.keys(npm).find((each) => partsOf(each).name === name);
  if (key === undefined) throw new Error(`Cannot list ${name}: deno.lock does not describe it`);
  return key;
}

function pinned({ npm }: Lock, key: string): PinnedPackage {
  return { ...partsOf(key), integrity: npm[key]!.integrity };
}

function partsOf(key: string): { name: string; version: string } {
  const [, name = "", version = ""] = /^(@?[^@]+)@([^_]+)/.exec(key)!;
  return { name, version };
}

function purlOf({ name, version }: PinnedPackage): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

async function componentOf(root: string, pin: PinnedPackage, type: Component["type"]): Promise<Component> {
  const license = await licenseOf(root, pin);
  const content = Buffer.from(pin.integrity.replace(/^sha512-/, ""), "base64").toString("hex");
  return {
    type,
    "bom-ref": purlOf(pin),
    name: pin.name,
    version: pin.version,
    purl: purlOf(pin),
    hashes: [{ alg: "SHA-512", content }],
    ...(license === null ? {} : { licenses: [license] }),
  };
}

/** The licence a package names, where it is installed: packages of other platforms are not. */
async function licenseOf(root: string, { name, version }: PinnedPackage): Promise<License | null> {
  const folder = `${name.replace("/", "+")}@${version}`;
  const places = [join(root, "node_modules", ".deno"), join(root, "dist", ".build", "packages")].filter(existsSync);
  const manifest = places
    .flatMap((place) =>
      readdirSync(place).filter((each) => each.split("_")[0] === folder).map((each) => join(place, each))
    )
    .map((place) => join(place, "node_modules", name, "package.json"))
    .find(existsSync);
  if (manifest === undefined) return null;
  const { license } = JSON.parse(await readFile(manifest, "utf8")) as { license?: unknown };
  if (typeof license !== "string") return null;
  return license.includes(" ") ? { expression: license } : { license: { id: license } };
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname!, "..", "..");
  try {
    for (const { target, outfile } of buildRequests(Deno.args, "rhei")) {
      const path = `${outfile.replace(/\.exe$/, "")}.cdx.json`;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `${JSON.stringify(await billOfMaterials(root, target), null, 2)}\n`);
      process.stdout.write(`${path}\n`);
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
