import type { ExactValue } from "../../../types/mod.ts";

/** One group's aggregate. */
export interface BoxedAggregate {
  /** Takes in a row's arguments; none for `count(*)`. */
  readonly step: (args: readonly ExactValue[]) => void;
  /** The result; called once, after the last row. */
  readonly finish: () => ExactValue;
}
