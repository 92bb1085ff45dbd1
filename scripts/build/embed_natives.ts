import { basename, join } from "node:path";
import type { NativeLibrary } from "../../src/native/mod.ts";
import type { BundlerPlugin } from "./bun_api.ts";

/** The module each library is loaded by when it is not embedded. */
const LOADERS: Readonly<Record<string, RegExp>> = {
  // Given a value for `LIBSQL_JS_DEV`, libsql asks this one for its addon, and looks for no other.
  libsql: /^@neon-rs\/load$/,
  duckdb: /^@duckdb\/node-bindings$/,
};

/** What must be defined for {@linkcode embedNativesPlugin} to see the call; and libraries without what helps their developers. */
export const EMBEDDED_DEFINES = {
  "process.env.LIBSQL_JS_DEV": '"1"',
  "process.env.NODE_ENV": '"production"',
} as const;

/** Where the bundle finds an asset: within itself, or in the folder of its modules. */
export type AssetPlace = "within" | "beside";

/** Puts libraries into the bundle, and `src/native/` in the place of what would look for them in `node_modules`. */
export function embedNativesPlugin(
  root: string,
  libraries: readonly NativeLibrary[],
  place: AssetPlace,
): BundlerPlugin {
  return {
    name: "natives",
    setup(hooks) {
      for (const library of libraries) {
        const filter = LOADERS[library.name];
        if (filter === undefined) throw new Error(`Cannot embed "${library.name}": nothing is known of its loader`);
        // Bun takes modules of equal names for one another across chunks, whatever their namespaces: no name may be a package's.
        hooks.onResolve({ filter }, () => ({ path: `${library.name}-loader`, namespace: "native-loader" }));
      }
      hooks.onResolve({ filter: /^native:/ }, ({ path }) => ({ path: `${path.slice(7)}-addon`, namespace: "native" }));
      // Who asks uses `require`, and assets can only be imported: hence two modules.
      hooks.onLoad({ filter: /.*/, namespace: "native-loader" }, ({ path }) => ({
        loader: "js",
        contents: path === "libsql-loader"
          ? 'exports.load = () => require("native:libsql").addon; exports.currentTarget = () => "";'
          : `module.exports = require("native:${path.slice(0, -"-loader".length)}").addon;`,
      }));
      hooks.onLoad({ filter: /.*/, namespace: "native" }, ({ path }) => {
        const library = libraries.find(({ name }) => path === `${name}-addon`)!;
        return { loader: "js", contents: embeddedModule(root, library, place) };
      });
    },
  };
}

function embeddedModule(root: string, library: NativeLibrary, place: AssetPlace): string {
  const assets = library.files.map(({ asset }, at) =>
    place === "within"
      ? `import asset${at} from ${JSON.stringify(asset)} with { type: "file" };`
      : `const asset${at} = fileURLToPath(new URL(${JSON.stringify(`./${basename(asset)}`)}, import.meta.url));`
  );
  const files = library.files.map(({ name, sizeBytes, sha256 }, at) =>
    `{ name: ${JSON.stringify(name)}, asset: asset${at}, sizeBytes: ${sizeBytes}, sha256: "${sha256}" }`
  );
  return [
    ...(place === "beside" ? ['import { fileURLToPath } from "node:url";'] : []),
    `import { loadNative } from ${JSON.stringify(join(root, "src", "native", "mod.ts"))};`,
    ...assets,
    `export const addon = loadNative({`,
    `  name: "${library.name}", digest: "${library.digest}", files: [${files.join(", ")}],`,
    `});`,
  ].join("\n");
}
