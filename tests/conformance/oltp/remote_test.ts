import { rejects } from "node:assert/strict";
import { join } from "node:path";
import { openOltp } from "../../../src/oltp/mod.ts";
import { startHranaStub } from "../../support/hrana_stub.ts";
import { fails } from "./harness.ts";
import { oltpConformance } from "./suite.ts";

oltpConformance({
  name: "remote",
  shareable: true,
  exactReals: false,
  make: async () => {
    const folder = await Deno.makeTempDir();
    const stub = await startHranaStub(join(folder, "server.db"), "secret");
    return {
      open: (options) => openOltp({ url: stub.url, authToken: "secret" }, options),
      [Symbol.asyncDispose]: async () => {
        await stub[Symbol.asyncDispose]();
        await Deno.remove(folder, { recursive: true });
      },
    };
  },
});

Deno.test("openOltp() fails clearly when a server refuses or cannot be reached", async () => {
  const folder = await Deno.makeTempDir();
  const stub = await startHranaStub(join(folder, "server.db"), "secret");
  await rejects(() => openOltp({ url: stub.url, authToken: "wrong" }), fails("REMOTE", /refuses the credentials/));
  await stub[Symbol.asyncDispose]();
  await rejects(() => openOltp({ url: stub.url, authToken: "secret" }), fails("REMOTE", /Cannot reach/));
  await rejects(() => openOltp({ url: "gopher://example" }), fails("REMOTE", /Cannot open/));
  await Deno.remove(folder, { recursive: true });
});
