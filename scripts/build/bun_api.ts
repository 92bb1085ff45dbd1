/** The part of Bun's bundler that the build uses. Only scripts that Bun runs may call {@linkcode bundler}. */
export interface Bundler {
  build(options: BundleOptions): Promise<BundleOutcome>;
}

export interface BundleOptions {
  readonly entrypoints: readonly string[];
  readonly target: "bun" | "node";
  readonly format: "esm";
  readonly splitting: boolean;
  readonly minify?: boolean | {
    readonly whitespace?: boolean;
    readonly syntax?: boolean;
    readonly identifiers?: boolean;
  };
  readonly bytecode?: boolean;
  readonly sourcemap?: "none" | "linked";
  readonly packages?: "bundle" | "external";
  readonly naming?: { readonly entry?: string; readonly chunk?: string; readonly asset?: string };
  readonly outdir?: string;
  readonly define?: Readonly<Record<string, string>>;
  readonly plugins: readonly BundlerPlugin[];
  readonly compile?: {
    readonly target: string;
    readonly outfile: string;
    readonly executablePath: string;
    readonly autoloadDotenv: boolean;
    readonly autoloadBunfig: boolean;
    readonly autoloadTsconfig: boolean;
    readonly autoloadPackageJson: boolean;
  };
}

export interface BundleOutcome {
  readonly success: boolean;
  readonly logs: readonly unknown[];
  readonly outputs: readonly { readonly path: string; readonly size: number }[];
}

export interface BundlerPlugin {
  readonly name: string;
  setup(hooks: PluginHooks): void;
}

export interface PluginHooks {
  onResolve(
    where: { readonly filter: RegExp; readonly namespace?: string },
    resolve: (asked: { readonly path: string; readonly importer: string }) => ResolvedModule | undefined,
  ): void;
  onLoad(
    where: { readonly filter: RegExp; readonly namespace?: string },
    load: (module: { readonly path: string }) => LoadedModule | Promise<LoadedModule>,
  ): void;
}

export interface ResolvedModule {
  readonly path: string;
  readonly namespace?: string;
  readonly external?: boolean;
}

export interface LoadedModule {
  readonly contents: string;
  readonly loader: "js" | "ts";
}

/** Bun's bundler. @throws {Error} When something else runs this. */
export function bundler(): Bundler {
  const { Bun } = globalThis as { Bun?: Bundler };
  if (Bun === undefined) throw new Error("Cannot bundle: only Bun runs this script");
  return Bun;
}
