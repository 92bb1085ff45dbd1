import type { ExactValue } from "../../../src/types/mod.ts";
import { type Fragment, plain, text } from "../fragment.ts";
import { Random } from "../random.ts";
import type { Moment } from "./versions_asked.ts";

const DAY_US = 86_400_000_000n;

/** The moment in microseconds since 1970, among transactions at these times. */
export function instantOf({ position, place, precision }: Moment, times: readonly bigint[]): bigint {
  const index = Math.min(times.length - 1, Math.floor(position * times.length));
  const at = times[index]!;
  const next = times[index + 1] ?? at + 10n;
  const exact = {
    at,
    before: at - 1n,
    after: at + 1n,
    between: at + (next - at) / 2n,
    early: position < 0.3 ? 0n : times[0]! - 1n - BigInt(Math.floor(position * 1e15)),
    late: position < 0.3 ? 253_402_300_799_999_999n : times.at(-1)! + BigInt(Math.floor(position * 1e15)),
  }[place];
  const rest = ((exact % precision) + precision) % precision;
  return exact - rest;
}

/** All six decimals of a second, `YYYY-MM-DDTHH:MM:SS.ffffff`. */
function isoText(at: bigint): string {
  const fraction = ((at % 1_000n) + 1_000n) % 1_000n;
  return new Date(Number((at - fraction) / 1_000n)).toISOString().slice(0, -1) + String(fraction).padStart(3, "0");
}

/** The same time by a clock so many minutes ahead of UTC. */
function withOffset(at: bigint, minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const offset = [hours, rest].map((part) => String(part).padStart(2, "0")).join(":");
  return `${isoText(at + BigInt(minutes) * 60_000_000n)}${minutes < 0 ? "-" : "+"}${offset}`;
}

/** Milliseconds as SQL writes them, or `null` where a double cannot tell the microsecond. */
function milliseconds(at: bigint): ExactValue {
  if (at % 1_000n === 0n) return at / 1_000n;
  const value = Number(at) / 1_000;
  return BigInt(Math.round(value * 1_000)) === at ? value : null;
}

function textForms(at: bigint): string[] {
  const full = isoText(at);
  const short = full.replace(/\.?0+$/, "");
  const isWhole = at % 1_000_000n === 0n;
  return [
    `${full}Z`,
    full,
    `${full.replace("T", " ")}Z`,
    full.replace("T", "t") + "z",
    ...(isWhole
      ? [full.slice(0, 19), `${full.slice(0, 19)}Z`, full.slice(0, 19).replace("T", " ")]
      : [short, `${short} Z`]),
    ...(at % 60_000_000n === 0n ? [full.slice(0, 16), `${full.slice(0, 16).replace("T", " ")}Z`] : []),
    ...(at % DAY_US === 0n ? [full.slice(0, 10), full.slice(0, 10)] : []),
    ...[120, -90, 345].filter((minutes) => /^\d{4}-/.test(withOffset(at, minutes))).map((minutes) =>
      withOffset(at, minutes)
    ),
  ];
}

function literal(value: ExactValue): string {
  return typeof value === "string" ? `'${value}'` : String(value);
}

/** The moment as SQL, in one of the forms there are: texts and numbers, written, bound or computed. */
export function writeMoment(at: bigint, form: number): Fragment {
  const random = new Random(form);
  const number = random.chance(0.25) ? milliseconds(at) : null;
  const value = number ?? random.pick(textForms(at));
  const parameter: Fragment = { kind: "parameter", value };
  return random.weighted<() => Fragment>([
    [5, () => text(literal(value))],
    [3, () => parameter],
    [1, () => text(typeof value === "string" ? `'${value.slice(0, 6)}' || '${value.slice(6)}'` : `${value} + 0`)],
    [1, () => plain`coalesce(null, ${parameter})`],
    [1, () => text(`(${literal(value)})`)],
    [at % 1_000_000n === 0n ? 2 : 0, () => text(`datetime('${isoText(at).slice(0, 19)}')`)],
    [
      at % 1_000_000n === 0n ? 1 : 0,
      () => plain`strftime('%Y-%m-%dT%H:%M:%SZ', ${{ kind: "parameter", value: isoText(at) }})`,
    ],
    [typeof value === "bigint" ? 2 : 0, () => text(`${value} - 1000 + 1000`)],
  ])();
}
