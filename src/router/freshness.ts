import { RheiError } from "../errors/mod.ts";

/**
 * How fresh an answer of the mirror must be: `latest` sees every change committed before the query began, `any` takes the mirror
 * as it is, a duration (`500ms`, `5s`, `2m`) allows that much lag.
 */
export type Freshness = "latest" | "any" | `${number}ms` | `${number}s` | `${number}m`;

/** A freshness in the form the router works with. */
export type FreshnessBound =
  | { readonly kind: "latest" }
  | { readonly kind: "any" }
  | { readonly kind: "lag"; readonly lagMsMax: number };

const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000 } as const;

/**
 * Reads a freshness as users write it.
 *
 * @throws {RheiError} `CONFIG` if the text is neither `latest`, `any` nor a duration.
 * @throws {TypeError} If it is no text.
 */
export function parseFreshness(text: string): FreshnessBound {
  if (typeof text !== "string") throw new TypeError(`Freshness is a text such as "500ms", not ${String(text)}`);
  const lower = text.trim().toLowerCase();
  if (lower === "latest" || lower === "any") return { kind: lower };
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(lower);
  if (match === null) {
    throw new RheiError("CONFIG", `Cannot use freshness "${text}": expected latest, any or a duration`, {
      hint: "write the largest lag allowed with its unit, such as 500ms, 5s or 1m",
    });
  }
  const unit = match[2] as keyof typeof MS_PER_UNIT;
  return { kind: "lag", lagMsMax: Number(match[1]) * MS_PER_UNIT[unit] };
}
