import type { ExactValue } from "../../../../types/mod.ts";
import { integerOf } from "../cast.ts";

/** An argument that SQLite reads as a 32-bit integer, dropping higher bits. */
export function smallInteger(value: NonNullable<ExactValue>): number {
  return Number(BigInt.asIntN(32, integerOf(value)));
}
