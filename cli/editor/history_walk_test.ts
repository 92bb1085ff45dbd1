import assert from "node:assert/strict";
import { HistorySearch, HistoryWalk } from "./history_walk.ts";

Deno.test("HistoryWalk goes to older entries and back to what was typed", () => {
  const walk = new HistoryWalk(["new", "old"]);
  assert.equal(walk.newer(), null);
  assert.deepEqual([walk.older("typed"), walk.older("new"), walk.older("old")], ["new", "old", null]);
  assert.deepEqual([walk.newer(), walk.newer(), walk.newer()], ["new", "typed", null]);
});

const found = (search: HistorySearch): string | undefined => search.found?.text;

const entries = ["select Total from a", "insert into a", "select total from b", "drop table a"];

Deno.test("HistorySearch finds the newest entry that holds the query, then older ones", () => {
  const search = new HistorySearch(entries);
  assert.equal(found(search), undefined);
  for (const query of ["t", "to", "total"]) search.refine(query);
  assert.deepEqual(search.found, { text: entries[0], start: 7 });
  search.older();
  assert.equal(found(search), entries[2]);
  search.older();
  assert.equal(found(search), entries[2], "it stays at the last one found");
});

Deno.test("HistorySearch minds case only when the query has a capital letter", () => {
  const search = new HistorySearch(entries);
  search.refine("Total");
  search.older();
  assert.equal(found(search), entries[0]);
});

Deno.test("HistorySearch finds nothing for what no entry holds, and again after a correction", () => {
  const search = new HistorySearch(entries);
  search.refine("dropx");
  assert.equal(found(search), undefined);
  search.refine("drop");
  assert.equal(found(search), entries[3]);
});
