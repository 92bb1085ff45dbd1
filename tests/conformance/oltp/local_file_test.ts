import { join } from "node:path";
import { openOltp } from "../../../src/oltp/mod.ts";
import { oltpConformance } from "./suite.ts";

oltpConformance({
  name: "local file",
  shareable: true,
  exactReals: true,
  make: async () => {
    const folder = await Deno.makeTempDir();
    const path = join(folder, "app data #1.db");
    return {
      open: (options) => openOltp({ path }, options),
      [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
    };
  },
});
