import { RheiError } from "../errors/mod.ts";
import type { MirrorCatalog } from "../olap/mod.ts";
import type { FreshnessBound, OlapObstacle, Route } from "../router/mod.ts";
import { type AnswerLag, NO_LAG } from "../sync/mod.ts";
import type { AttachedMirror, MirrorHost } from "./mirror_host.ts";
import { unavailable } from "./mirror_obstacle.ts";

/** What a query asks of the mirror. */
export interface AccessCall {
  readonly route: Route;
  readonly freshness: FreshnessBound;
  readonly signal: AbortSignal | undefined;
}

/** The tables and views it reads, as far as the mirror knows them; `null`: they may be any. */
export type Reads = (catalog: MirrorCatalog) => readonly string[] | null;

/** A mirror fresh enough for a query and how old its answer may be, both as of when that was looked at; or why libSQL must answer. */
export type Access =
  | { readonly mirror: AttachedMirror; readonly lag: AnswerLag }
  | { readonly obstacle: OlapObstacle };

/** Gives queries the mirror once it is as fresh as they ask, having them wait for what they read and for nothing else. */
export class MirrorAccess {
  readonly #host: MirrorHost;

  constructor(host: MirrorHost) {
    this.#host = host;
  }

  /** @throws {RheiError} `CANCELLED`, `CLOSED`. */
  async fresh(call: AccessCall, reads: Reads): Promise<Access> {
    try {
      return call.freshness.kind === "any" ? await this.#asItIs(call) : await this.#caughtUp(call, reads);
    } catch (error) {
      if (!(error instanceof RheiError) || error.code === "CANCELLED") throw error;
      if (this.#host.attached === null) return { obstacle: unavailable(error.message) };
      return { obstacle: { reason: `the mirror is behind: ${error.message}`, cause: "stale" } };
    }
  }

  /** The mirror as it is, without a wait for anything; only where it was asked for by force is its first load waited for. */
  async #asItIs({ route }: AccessCall): Promise<Access> {
    let mirror = this.#host.attached;
    // Nobody else opens it where there is no loop.
    if (mirror === null && (this.#host.intervalMs === 0 || route === "olap")) mirror = await this.#host.attach();
    if (mirror === null) return { obstacle: unavailable("it is being opened") };
    if (mirror.catalog.version === 0) {
      if (route !== "olap") return { obstacle: unavailable("nothing has been loaded into it yet") };
      mirror = await this.#host.open();
    }
    return { mirror, lag: await mirror.sync.answerLag() };
  }

  async #caughtUp({ freshness, signal }: AccessCall, reads: Reads): Promise<Access> {
    const mirror = await this.#host.attach();
    const { sync } = mirror;
    const lag = freshness.kind === "lag" ? await sync.lagWithin(freshness.lagMsMax) : null;
    if (lag !== null) return { mirror, lag };
    if (this.#host.current === null) {
      const names = reads(mirror.catalog);
      if (names !== null && await sync.holdsPresent(names)) return { mirror, lag: NO_LAG };
      await this.#host.open();
    }
    const outcome = await sync.catchUp(signal, reads(mirror.catalog) ?? undefined);
    if (outcome.kind === "fresh") return { mirror, lag: NO_LAG };
    return { obstacle: { reason: `the mirror is stale: ${outcome.reason}`, cause: "stale" } };
  }
}
