import assert from "node:assert/strict";
import { suggest } from "./suggest.ts";

const KNOWN = ["Album", "Artist", "Track", "amount", "freshness"];

const CASES: readonly { name: string; wanted: string; found: string | undefined }[] = [
  { name: "a letter missing", wanted: "Trak", found: "Track" },
  { name: "two letters swapped", wanted: "amuont", found: "amount" },
  { name: "another case", wanted: "ALBUM", found: "Album" },
  { name: "nothing near", wanted: "customers", found: undefined },
  { name: "a short name one edit away", wanted: "trac", found: "Track" },
];

for (const { name, wanted, found } of CASES) {
  Deno.test(`suggest() handles ${name}`, () => assert.equal(suggest(wanted, KNOWN), found));
}
