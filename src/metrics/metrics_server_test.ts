import assert from "node:assert/strict";
import { RheiError } from "../errors/mod.ts";
import { MetricsServer, type MetricsSource } from "./metrics_server.ts";

async function withServer(source: Partial<MetricsSource>, test: (url: string) => Promise<void>): Promise<void> {
  const whole: MetricsSource = {
    text: async () => "# TYPE rhei_a_total counter\nrhei_a_total 1\n",
    health: async () => ({ ok: true, reason: "up to date" }),
    activity: async () => ({ backend: "arrow" }),
    ...source,
  };
  const server = await MetricsServer.listen(whole, 0);
  try {
    await test(server.url);
  } finally {
    await server.close();
    await server.close();
  }
}

async function answerOf(url: string, init: RequestInit = {}): Promise<[number, string, string]> {
  const response = await fetch(url, init);
  return [response.status, response.headers.get("content-type") ?? "", await response.text()];
}

Deno.test("MetricsServer serves both formats, health, and nothing else", () =>
  withServer({}, async (url) => {
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.deepEqual(await answerOf(`${url}/metrics?x=1`), [
      200,
      "text/plain; version=0.0.4; charset=utf-8",
      "# TYPE rhei_a_total counter\nrhei_a_total 1\n",
    ]);
    assert.deepEqual(await answerOf(`${url}/metrics`, { headers: { accept: "application/openmetrics-text" } }), [
      200,
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
      "# TYPE rhei_a counter\nrhei_a_total 1\n# EOF\n",
    ]);
    assert.deepEqual(await answerOf(`${url}/healthz`), [200, "text/plain; charset=utf-8", "ok: up to date\n"]);
    assert.deepEqual(await answerOf(`${url}/activity`), [200, "application/json", '{"backend":"arrow"}\n']);
    assert.deepEqual((await answerOf(`${url}/metrics`, { method: "HEAD" })).slice(0, 1), [200]);
    assert.equal((await answerOf(`${url}/`))[0], 404);
    assert.equal((await answerOf(`${url}/metrics`, { method: "POST", body: "x" }))[0], 405);
  }));

Deno.test("MetricsServer answers 503 while the sync is stuck", () =>
  withServer({ health: async () => ({ ok: false, reason: "disk full" }) }, async (url) => {
    assert.deepEqual(await answerOf(`${url}/healthz`), [503, "text/plain; charset=utf-8", "stuck: disk full\n"]);
  }));

Deno.test("MetricsServer answers 500 when metrics cannot be read, and goes on", () =>
  withServer({
    text: () => Promise.reject(new RheiError("CLOSED", "Cannot use the database: it is closed")),
  }, async (url) => {
    assert.deepEqual(await answerOf(`${url}/metrics`), [
      500,
      "text/plain; charset=utf-8",
      "Cannot use the database: it is closed\n",
    ]);
    assert.equal((await answerOf(`${url}/healthz`))[0], 200);
  }));

Deno.test("MetricsServer.listen() says that a port is in use", () =>
  withServer({}, async (url) => {
    const port = Number(new URL(url).port);
    const source = { text: async () => "", health: async () => ({ ok: true, reason: "" }), activity: async () => ({}) };
    await assert.rejects(MetricsServer.listen(source, port), (error) => {
      assert.ok(error instanceof RheiError && error.code === "CONFIG");
      assert.equal(error.message, `Cannot serve metrics at "127.0.0.1:${port}": the port is in use`);
      assert.match(error.hint ?? "", /--metrics-port/);
      return true;
    });
  }));
