import { clearPositions, hasBit } from "./bitmap.ts";
import type { ColumnView, TableSnapshot } from "./table_snapshot.ts";

type Compare = (a: number, b: number) => number;

/**
 * The positions of a snapshot's rows in ascending key order: NULLs first, numbers by value, text and blobs by their bytes.
 *
 * @param keyPositions Positions of the key columns, in key order.
 */
export function positionsInKeyOrder(snapshot: TableSnapshot, keyPositions: readonly number[]): Int32Array {
  const positions = clearPositions(snapshot.deleted, snapshot.positionCount);
  const compare = inOrder(keyPositions.map((position) => comparison(snapshot.columns[position]!)));
  for (let row = 1; row < positions.length; row++) {
    // Arrays sort what consists of a few ascending runs in linear time, which typed arrays do not; changed rows make such runs.
    if (compare(positions[row - 1]!, positions[row]!) > 0) return Int32Array.from(Array.from(positions).sort(compare));
  }
  return positions;
}

function inOrder(comparisons: readonly Compare[]): Compare {
  const [first, ...others] = comparisons;
  if (first !== undefined && others.length === 0) return first;
  return (a, b) => {
    for (const compare of comparisons) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function comparison(column: ColumnView): Compare {
  const { validity } = column;
  const compare = valueComparison(column);
  if (validity === null) return compare;
  return (a, b) => {
    const hasA = hasBit(validity, a);
    const hasB = hasBit(validity, b);
    return hasA && hasB ? compare(a, b) : Number(hasA) - Number(hasB);
  };
}

function valueComparison({ data }: ColumnView): Compare {
  switch (data.kind) {
    case "int8":
    case "int16":
    case "int32":
    case "float64": {
      const { values } = data;
      return (a, b) => values[a]! < values[b]! ? -1 : values[a]! > values[b]! ? 1 : 0;
    }
    case "int64": {
      const { values } = data;
      return (a, b) => values[a]! < values[b]! ? -1 : values[a]! > values[b]! ? 1 : 0;
    }
    case "dictionary": {
      const { codes, dictionary } = data;
      const compare = bytesComparison(dictionary.offsets, dictionary.bytes);
      return (a, b) => codes[a] === codes[b] ? 0 : compare(codes[a]!, codes[b]!);
    }
    case "utf8":
    case "binary":
      return bytesComparison(data.offsets, data.bytes);
  }
}

function bytesComparison(offsets: Int32Array, bytes: Uint8Array): Compare {
  return (a, b) => {
    let atA = offsets[a]!;
    let atB = offsets[b]!;
    const lengthA = offsets[a + 1]! - atA;
    const lengthB = offsets[b + 1]! - atB;
    const end = atA + Math.min(lengthA, lengthB);
    for (; atA < end; atA++, atB++) {
      const difference = bytes[atA]! - bytes[atB]!;
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  };
}
