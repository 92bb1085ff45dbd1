import assert from "node:assert/strict";
import type { Random } from "../../fuzz/random.ts";
import type { MirrorLook } from "./mirror_look.ts";

const ACCOUNTS = 4;

/** Two tables that every transaction leaves in agreement: what the entries of an account sum up to is its balance, and all balances to zero. */
export const LEDGER: readonly string[] = [
  "create table account(id integer primary key, balance integer not null)",
  "create table entry(account integer, n integer, amount integer not null, primary key (account, n)) without rowid",
  `insert into account select value, 0 from generate_series(1, ${ACCOUNTS})`,
];

/** Statements that move an amount; between any two of them the ledger does not agree. */
export function transfer(random: Random): string[] {
  const [from = 1, to = 2] = random.sample(Array.from({ length: ACCOUNTS }, (_, at) => at + 1), 2);
  const amount = random.int(1, 9);
  const book = (account: number, change: number) => [
    `insert into entry select ${account}, ifnull(max(n), 0) + 1, ${change} from entry where account = ${account}`,
    `update account set balance = balance + ${change} where id = ${account}`,
  ];
  return [...book(from, -amount), ...book(to, amount)];
}

/** Whether the ledger does not agree unless a statement is done. */
export function isLedger(sql: string): boolean {
  return sql.startsWith("insert into entry") || sql.startsWith("update account");
}

/** Demands that the mirror shows no half of a transaction. */
export async function expectAgreement({ rowsOf }: MirrorLook, what: string): Promise<void> {
  const sums = new Map<unknown, bigint>();
  for (const [account = null, , amount] of await rowsOf("entry")) {
    sums.set(account, (sums.get(account) ?? 0n) + (amount as bigint));
  }
  let total = 0n;
  for (const [id = null, balance] of await rowsOf("account")) {
    assert.equal(balance, sums.get(id) ?? 0n, `${what}: half of a transaction shows at account ${id}`);
    total += balance as bigint;
  }
  assert.equal(total, 0n, `${what}: half of a transaction shows`);
}
