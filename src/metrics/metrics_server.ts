import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf, RheiError } from "../errors/mod.ts";
import type { SyncHealth } from "./engine_observer.ts";
import { OPEN_METRICS_TYPE, openMetricsText, prefersOpenMetrics, TEXT_TYPE } from "./open_metrics.ts";

/** Address reachable from this machine only. */
const METRICS_HOST = "127.0.0.1";

/** What a {@linkcode MetricsServer} shows. */
export interface MetricsSource {
  /** All metrics in Prometheus's text format. */
  text(): Promise<string>;
  health(): Promise<SyncHealth>;
  /** What a dashboard shows, to be served as JSON. */
  activity(): Promise<object>;
}

/** Serves `/metrics`, `/healthz` and `/activity`. */
export class MetricsServer {
  readonly #server: Server;
  /** Without a path: `http://127.0.0.1:9464`. */
  readonly url: string;
  readonly port: number;

  private constructor(server: Server, host: string) {
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.port = port;
    this.url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  }

  /**
   * Begins to listen. The server alone does not keep the process alive.
   *
   * @param port 0 takes any free one.
   * @throws {RheiError} `CONFIG` if the address cannot be had.
   */
  static async listen(source: MetricsSource, port: number, host = METRICS_HOST): Promise<MetricsServer> {
    const server = createServer((request, response) => void answer(source, request, response));
    await new Promise<void>((resolve, reject) => {
      // Stays: an error later on, of a connection that cannot be taken, must not end the process.
      server.on("error", (cause) => reject(addressRefused(host, port, cause)));
      server.listen(port, host, resolve);
    });
    server.unref();
    return new MetricsServer(server, host);
  }

  /** Ends open connections too: a scraper keeps them open. Idempotent. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(source: MetricsSource, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, type: string, body: string): void => {
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const plain = "text/plain; charset=utf-8";
  try {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return send(405, plain, "only GET and HEAD are answered\n");
    }
    switch ((request.url ?? "").split("?")[0]) {
      case "/metrics": {
        const text = await source.text();
        if (prefersOpenMetrics(request.headers.accept ?? "")) send(200, OPEN_METRICS_TYPE, openMetricsText(text));
        else send(200, TEXT_TYPE, text);
        return;
      }
      case "/healthz": {
        const { ok, reason } = await source.health();
        return send(ok ? 200 : 503, plain, `${ok ? "ok" : "stuck"}: ${reason}\n`);
      }
      case "/activity":
        return send(200, "application/json", `${JSON.stringify(await source.activity())}\n`);
      default:
        return send(404, plain, "there is /metrics, /healthz and /activity\n");
    }
  } catch (error) {
    if (!response.headersSent) send(500, plain, `${messageOf(error)}\n`);
  }
}

function addressRefused(host: string, port: number, cause: unknown): RheiError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: "the port is in use",
    EACCES: "permission denied",
    EADDRNOTAVAIL: "this machine has no such address",
    ENOTFOUND: "there is no such host",
  };
  return new RheiError("CONFIG", `Cannot serve metrics at "${host}:${port}": ${reasons[code ?? ""] ?? message}`, {
    cause,
    hint: "--metrics-port chooses another port, 0 any free one, off none",
    details: { host, port },
  });
}
