/** What stands for the values beyond the first ones. */
export const OTHER_LABEL = "(other)";

/** Lets a label have so many values and no more: each value of each label costs the one who stores the metrics. */
export class BoundedLabel {
  readonly #known = new Set<string>();
  readonly #valuesMax: number;

  constructor(valuesMax: number) {
    this.#valuesMax = valuesMax;
  }

  /** The value itself while there are few, afterwards {@linkcode OTHER_LABEL} for a new one. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#valuesMax) return OTHER_LABEL;
    this.#known.add(value);
    return value;
  }
}
