import { openOltp } from "../../../src/oltp/mod.ts";
import { oltpConformance } from "./suite.ts";

oltpConformance({
  name: "memory",
  shareable: false,
  exactReals: true,
  make: async () => ({
    open: (options) => openOltp({ path: ":memory:" }, options),
    [Symbol.asyncDispose]: async () => {},
  }),
});
