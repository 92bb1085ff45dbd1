import assert from "node:assert/strict";
import { TpchGenerator, type TpchRow } from "../bench/support/tpch/generate.ts";

function generated(scale: number): ReadonlyMap<string, readonly TpchRow[]> {
  const tables = new Map<string, TpchRow[]>();
  new TpchGenerator(scale).generate((table, row) => {
    const rows = tables.get(table);
    if (rows === undefined) tables.set(table, [row]);
    else rows.push(row);
  });
  return tables;
}

Deno.test("TpchGenerator makes the same rows for the same scale", () => {
  assert.deepEqual(generated(0.001), generated(0.001));
});

Deno.test("TpchGenerator makes as many rows as the specification says", () => {
  const counts = new Map([...generated(0.002)].map(([table, rows]) => [table, rows.length]));
  const lines = counts.get("lineitem")!;
  assert.ok(lines > 11_000 && lines < 13_000, `${lines} lines`);
  counts.delete("lineitem");
  assert.deepEqual(
    Object.fromEntries(counts),
    { region: 5, nation: 25, supplier: 20, part: 400, partsupp: 1_600, customer: 300, orders: 3_000 },
  );
});

Deno.test("TpchGenerator gives lines the part's own suppliers, four different ones at any scale", () => {
  for (const scale of [0.0001, 0.001, 0.012]) {
    const tables = generated(scale);
    const offered = new Set(tables.get("partsupp")!.map(([part, supplier]) => `${part} ${supplier}`));
    assert.equal(offered.size, tables.get("partsupp")!.length);
    assert.ok(tables.get("lineitem")!.every(([, part, supplier]) => offered.has(`${part} ${supplier}`)));
  }
});

Deno.test("TpchGenerator leaves every third customer without orders and gives comments what queries look for", () => {
  const tables = generated(0.01);
  const ordering = new Set(tables.get("orders")!.map((row) => row[1] as number));
  assert.equal(ordering.size, 1_000);
  assert.ok([...ordering].every((customer) => customer % 3 !== 0));
  assert.ok(tables.get("orders")!.some((row) => /special.*requests/.test(String(row[8]))));
  assert.ok(tables.get("supplier")!.some((row) => /Customer.*Complaints/.test(String(row[6]))));
});
