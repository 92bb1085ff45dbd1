import type { ValueType } from "../../../sql/mod.ts";
import type { PlanColumn } from "./plan_expr.ts";

/** Gives the columns and common tables of one statement's plan ids of their own. */
export class PlanIds {
  #lastColumn: number;
  #lastCte: number;

  /** @param lastColumn Highest id that is given away already; likewise `lastCte`. */
  constructor(lastColumn = 0, lastCte = 0) {
    this.#lastColumn = lastColumn;
    this.#lastCte = lastCte;
  }

  column(name: string, type: ValueType): PlanColumn {
    return { id: ++this.#lastColumn, name, type };
  }

  /** A column that holds the values of another one under an id of its own. */
  copyOf({ name, type }: PlanColumn): PlanColumn {
    return this.column(name, type);
  }

  nextCte(): number {
    return ++this.#lastCte;
  }
}
