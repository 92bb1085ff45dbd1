import { RuntimeDecline } from "../../../olap_backend.ts";
import type { StoredColumn } from "../relation.ts";
import { type CallPlace, intColumn, realColumn } from "./call_place.ts";

/** row_number(), rank() and dense_rank(). */
export function rankRows(name: "row_number" | "rank" | "dense_rank", place: CallPlace): StoredColumn {
  const { order: { rows, partitions, groups }, memory, capacity } = place;
  const result = memory.ints(capacity);
  let group = 0;
  for (let p = 0; p + 1 < partitions.length; p++) {
    const [first, end] = [partitions[p]!, partitions[p + 1]!];
    place.checkCancelled();
    if (name === "row_number") {
      for (let at = first; at < end; at++) result[rows[at]!] = at - first + 1;
      continue;
    }
    for (let dense = 1; groups[group]! < end; group++, dense++) {
      const rank = name === "rank" ? groups[group]! - first + 1 : dense;
      for (let at = groups[group]!; at < groups[group + 1]!; at++) result[rows[at]!] = rank;
    }
  }
  return intColumn(result, null, 0, rows.length);
}

/** percent_rank() and cume_dist(). */
export function shareRows(name: "percent_rank" | "cume_dist", place: CallPlace): StoredColumn {
  const { order: { rows, partitions, groups }, memory, capacity } = place;
  const result = memory.doubles(capacity);
  let group = 0;
  for (let p = 0; p + 1 < partitions.length; p++) {
    const [first, end] = [partitions[p]!, partitions[p + 1]!];
    const size = end - first;
    place.checkCancelled();
    for (; groups[group]! < end; group++) {
      const [begin, stop] = [groups[group]!, groups[group + 1]!];
      const before = size > 1 ? (begin - first) / (size - 1) : 0;
      const share = name === "cume_dist" ? (stop - first) / size : before;
      for (let at = begin; at < stop; at++) result[rows[at]!] = share;
    }
  }
  return realColumn(result, null);
}

/** ntile(): larger buckets come first. */
export function tileRows(buckets: bigint, place: CallPlace): StoredColumn {
  const { order: { rows, partitions }, memory, capacity } = place;
  if (buckets < 1n) throw new RuntimeDecline("ntile() of no positive count");
  const count = Number(buckets);
  const result = memory.ints(capacity);
  for (let p = 0; p + 1 < partitions.length; p++) {
    const [first, end] = [partitions[p]!, partitions[p + 1]!];
    const size = Math.floor((end - first) / count);
    const larger = (end - first) - count * size;
    const inLarger = larger * (size + 1);
    place.checkCancelled();
    for (let at = first; at < end; at++) {
      const index = at - first;
      result[rows[at]!] = index < inLarger
        ? Math.floor(index / (size + 1)) + 1
        : Math.floor((index - inLarger) / size) + larger + 1;
    }
  }
  return intColumn(result, null, 0, rows.length);
}
