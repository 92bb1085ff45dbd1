import type { BundlerPlugin } from "./bun_api.ts";

/** Packages that libraries load for their own developers only, and that are not installed. */
const ABSENT = /^react-devtools-core$/;

/** Puts an empty module in the place of what is never loaded, for a bundler wants to know every import. */
export const absentPackagesPlugin: BundlerPlugin = {
  name: "absent packages",
  setup(hooks) {
    hooks.onResolve({ filter: ABSENT }, ({ path }) => ({ path: `${path}-absent`, namespace: "absent" }));
    hooks.onLoad({ filter: /.*/, namespace: "absent" }, () => ({ loader: "js", contents: "export default {};" }));
  },
};
