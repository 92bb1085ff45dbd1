import type { EngineActivity, HtapEngine } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";

/** How long an answer is waited for, in milliseconds. */
const ANSWER_MS = 5_000;

/** An engine to look at: one of this process, or one that another process serves. */
export interface WatchedEngine extends AsyncDisposable {
  /** What it is, for the title. */
  readonly subject: string;
  /** What cannot be seen, in a few words. */
  readonly hint: string | null;
  look(): Promise<EngineActivity>;
}

/** The engine of a process that serves metrics at an address such as `http://127.0.0.1:9464`. */
export function servedEngine(url: string): WatchedEngine {
  return {
    subject: url,
    hint: null,
    look: () => fetchActivity(url),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** An engine of this process. It is closed in the end. */
export function ownEngine(engine: HtapEngine, subject: string): WatchedEngine {
  return {
    subject,
    hint: "statements of other processes: --url, or --metrics-port",
    look: () => engine.activity(),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}

/**
 * What a process at an address does.
 *
 * @throws {RheiError} `CONFIG` when nobody answers there, or what answers is no rhei.
 */
export async function fetchActivity(url: string): Promise<EngineActivity> {
  const address = new URL("activity", url.endsWith("/") ? url : `${url}/`);
  let response: Response;
  try {
    response = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS) });
  } catch (cause) {
    throw new RheiError("CONFIG", `Cannot watch "${url}": nobody answers there`, {
      cause,
      hint: "rhei serve DB --metrics-port 9464 serves http://127.0.0.1:9464",
    });
  }
  const activity: unknown = response.ok ? await response.json().catch(() => null) : null;
  if (!isActivity(activity)) {
    throw new RheiError("CONFIG", `Cannot watch "${url}": what answers there is not rhei, or another version of it`);
  }
  return activity;
}

/** Whether an answer has what the dashboard reads. */
function isActivity(answer: unknown): answer is EngineActivity {
  if (typeof answer !== "object" || answer === null) return false;
  const { takenAtMs, totals, health } = answer as Partial<EngineActivity>;
  return typeof takenAtMs === "number" && typeof totals?.statements === "object" && typeof health?.ok === "boolean";
}
