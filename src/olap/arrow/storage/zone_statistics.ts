import { grown, sharedArray } from "./shared_memory.ts";
import { ZONE_ROWS, type ZoneRanges } from "./table_snapshot.ts";

/** Bounds per zone of a growing column of numbers. They only ever widen, so snapshots may share them. */
export class ZoneStatistics implements ZoneRanges {
  least = sharedArray(Float64Array, 1).fill(Infinity);
  most = sharedArray(Float64Array, 1).fill(-Infinity);

  /** Takes in the values from position `first` on. */
  append(values: Float64Array, first: number, count: number, nulls: Uint8Array | null): void {
    this.#reserve(Math.ceil((first + count) / ZONE_ROWS));
    for (let row = 0; row < count;) {
      const zone = Math.floor((first + row) / ZONE_ROWS);
      const end = Math.min(count, (zone + 1) * ZONE_ROWS - first);
      let least = this.least[zone]!;
      let most = this.most[zone]!;
      for (; row < end; row++) {
        const value = values[row]!;
        if (nulls !== null && nulls[row] !== 0) continue;
        if (value < least) least = value;
        if (value > most) most = value;
      }
      this.least[zone] = least;
      this.most[zone] = most;
    }
  }

  #reserve(zones: number): void {
    const before = this.least.length;
    if (zones <= before) return;
    this.least = grown(this.least, before, zones).fill(Infinity, before);
    this.most = grown(this.most, before, zones).fill(-Infinity, before);
  }
}
