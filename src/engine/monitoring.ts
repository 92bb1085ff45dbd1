import { RheiError } from "../errors/mod.ts";
import type { EngineMetrics, MetricsServer, SyncHealth } from "../metrics/mod.ts";
import type { EngineActivity } from "./engine_activity.ts";
import type { MirrorHost } from "./mirror_host.ts";
import { MirrorTelemetry } from "./mirror_telemetry.ts";
import type { ResolvedOptions } from "./open_options.ts";

/** Where metrics are served. */
export type ServedAt = Pick<ResolvedOptions, "metricsPort" | "metricsHost">;

/** Tells what is counted of an engine and how its mirror stands, and serves both where the options say so. */
export class Monitoring {
  /** `null` when nothing is counted. */
  readonly #metrics: EngineMetrics | null;
  readonly #backendName: string;
  readonly #telemetry: MirrorTelemetry;
  readonly #database: string;
  #server: MetricsServer | null = null;
  #servedAt: ServedAt = { metricsPort: null, metricsHost: undefined };

  /** @param database Its file or address. */
  constructor(metrics: EngineMetrics | null, mirror: MirrorHost, database: string) {
    this.#metrics = metrics;
    this.#backendName = mirror.backendName;
    this.#telemetry = new MirrorTelemetry(mirror);
    this.#database = database;
  }

  /** All metrics in Prometheus's text format. @throws {RheiError} `CONFIG` when nothing is counted. */
  async text(): Promise<string> {
    return await this.#counted("metrics").text(this.#telemetry);
  }

  /** What the process has been doing with the database. @throws {RheiError} `CONFIG` when nothing is counted. */
  async activity(): Promise<EngineActivity> {
    const counted = this.#counted("activity");
    return {
      takenAtMs: Date.now(),
      database: this.#database,
      backend: this.#backendName,
      health: await this.#telemetry.health(),
      // Health tells what is wrong when they cannot be read.
      mirror: await this.#telemetry.figures().catch(() => null),
      totals: counted.activity.totals(),
    };
  }

  /** Whether the sync does its work. */
  health(): Promise<SyncHealth> {
    return this.#telemetry.health();
  }

  /** Where it is served, without a path; `null` if it is not. */
  get url(): string | null {
    return this.#server?.url ?? null;
  }

  /**
   * Serves it there; where it was served before, that ends then.
   *
   * @throws {RheiError} `CONFIG` if the address cannot be had. It is served as it was then.
   */
  async serve(at: ServedAt): Promise<void> {
    const { metricsPort, metricsHost } = this.#servedAt;
    if (at.metricsPort === metricsPort && at.metricsHost === metricsHost) return;
    await this.#move(at);
    this.#servedAt = at;
  }

  async #move(at: ServedAt): Promise<void> {
    const former = this.#server;
    if (former?.port !== at.metricsPort) {
      this.#server = await this.#listen(at);
      await former?.close();
      return;
    }
    // A port cannot be had twice, not even for a moment.
    await former.close();
    this.#server = null;
    try {
      this.#server = await this.#listen(at);
    } catch (error) {
      // Should somebody have taken the port meanwhile, the first failure tells more.
      this.#server = await this.#listen({ ...this.#servedAt, metricsPort: former.port }).catch(() => null);
      throw error;
    }
  }

  async #listen({ metricsPort, metricsHost }: ServedAt): Promise<MetricsServer | null> {
    if (metricsPort === null) return null;
    const { MetricsServer } = await import("../metrics/mod.ts");
    return await MetricsServer.listen(this, metricsPort, metricsHost);
  }

  /** Ends the serving. Idempotent. */
  async close(): Promise<void> {
    await this.#server?.close();
  }

  #counted(what: string): EngineMetrics {
    if (this.#metrics !== null) return this.#metrics;
    throw new RheiError("CONFIG", `Cannot show ${what}: nothing is counted`, {
      hint: "open the database with the option metrics or metricsPort",
    });
  }
}
