import { styled, visibleText } from "../render/mod.ts";

/** How much a log line matters. */
export type LogLevel = "info" | "warn" | "error";

/** What a line is about, besides its text. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Where and how a {@linkcode ServiceLog} writes. */
export interface ServiceLogOptions {
  /** One JSON object per line, for programs; otherwise lines for people. */
  readonly json: boolean;
  readonly color: boolean;
  /** Takes a line without its end. */
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The log of a service. */
export class ServiceLog {
  readonly #options: ServiceLogOptions;

  constructor(options: ServiceLogOptions) {
    this.#options = options;
  }

  /**
   * Writes a line.
   *
   * @param event What happened, in a word that stays the same across versions.
   * @param message The same for people.
   */
  log(level: LogLevel, event: string, message: string, fields: LogFields = {}): void {
    const { json, color, write, now } = this.#options;
    const time = new Date(now()).toISOString();
    if (json) {
      write(JSON.stringify({ time, level, event, message, ...fields }));
      return;
    }
    const shownLevel = level === "info" ? "" : `${level}: `;
    write(`${styled(time.replace("T", " ").replace(/\..*/, ""), "dim", color)}  ${shownLevel}${visibleText(message)}`);
  }

  info(event: string, message: string, fields?: LogFields): void {
    this.log("info", event, message, fields);
  }

  warn(event: string, message: string, fields?: LogFields): void {
    this.log("warn", event, message, fields);
  }

  error(event: string, message: string, fields?: LogFields): void {
    this.log("error", event, message, fields);
  }
}
