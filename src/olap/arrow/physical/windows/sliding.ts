import { type CallPlace, STRETCH } from "./call_place.ts";
import { FramePieces } from "./frames.ts";

/** An aggregate that takes positions in and out. */
export interface SlidingState {
  reset(): void;
  enter(at: number): void;
  leave(at: number): void;
}

/** Moves a state over the frames as SQLite does, so that it rounds as there; `read` is called with the state of each position. */
export function slide(place: CallPlace, state: SlidingState, read: (at: number) => void): void {
  const { order: { rows, partitions }, frames } = place;
  if (frames.excluded !== null) return takeAnew(place, state, read);
  const { start, end, entersFirst } = frames;
  for (let p = 0; p + 1 < partitions.length; p++) {
    const [first, last] = [partitions[p]!, partitions[p + 1]!];
    let [low, high] = [first, first];
    state.reset();
    for (let at = first; at < last; at++) {
      if (at % STRETCH === 0) place.checkCancelled();
      const [from, to] = [start[at]!, end[at]!];
      if (entersFirst) { while (high < to) state.enter(high++); }
      while (low < from && low < high) state.leave(low++);
      while (high < to) state.enter(high++);
      while (low < from) state.leave(low++);
      read(at);
    }
  }
  if (rows.length > 0) place.checkCancelled();
}

/** Frames with EXCLUDE: SQLite reads each anew. */
function takeAnew(place: CallPlace, state: SlidingState, read: (at: number) => void): void {
  const { order: { rows }, frames } = place;
  const pieces = new FramePieces(frames);
  let steps = 0;
  for (let at = 0; at < rows.length; at++) {
    pieces.find(at);
    state.reset();
    for (let piece = 0; piece < pieces.count; piece++) {
      for (let inside = pieces.begin[piece]!; inside < pieces.end[piece]!; inside++) {
        if (++steps % STRETCH === 0) place.checkCancelled();
        state.enter(inside);
      }
    }
    read(at);
  }
}
