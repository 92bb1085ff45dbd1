import { render, useApp, useInput, useWindowSize } from "ink";
import { createElement as h, type ReactElement, useEffect, useState } from "react";
import { Dashboard } from "./dashboard.ts";
import { type History, NO_HISTORY, withFailure, withLook } from "./history.ts";
import type { WatchedEngine } from "./watched_engine.ts";

/** How to watch an engine. */
export interface DashboardOptions {
  readonly engine: WatchedEngine;
  /** Between two looks, in milliseconds. */
  readonly intervalMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Shows an engine on the whole screen, refreshed in place, until a key or the signal ends it. */
export async function runDashboard(options: DashboardOptions): Promise<void> {
  // Said, because Ink would show one last frame only where the environment has CI set, though a person may look on.
  const interactive = true;
  const app = render(h(LiveDashboard, options), { exitOnCtrlC: true, alternateScreen: true, interactive });
  const end = (): void => app.unmount();
  options.signal.addEventListener("abort", end, { once: true });
  try {
    await app.waitUntilExit();
  } finally {
    options.signal.removeEventListener("abort", end);
  }
}

function LiveDashboard({ engine, intervalMs }: DashboardOptions): ReactElement {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const [history, setHistory] = useState<History>(NO_HISTORY);
  useInput((input, key) => {
    if (input === "q" || key.escape) exit();
  });
  useEffect(() => repeated(engine, intervalMs, setHistory), [engine, intervalMs]);
  const { subject, hint } = engine;
  return h(Dashboard, { history, subject, hint, columns, rows, nowMs: history.latest?.takenAtMs ?? Date.now() });
}

/** Looks again and again, one look after the other. Returns what ends it. */
function repeated(
  engine: WatchedEngine,
  intervalMs: number,
  set: (change: (history: History) => History) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const look = async (): Promise<void> => {
    try {
      const activity = await engine.look();
      if (!ended) set((history) => withLook(history, activity));
    } catch (error) {
      // Shown; the next look may succeed.
      if (!ended) set((history) => withFailure(history, error));
    }
    if (!ended) timer = setTimeout(look, intervalMs);
  };
  void look();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
