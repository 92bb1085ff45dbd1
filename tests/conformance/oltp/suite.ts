/** What every `OltpClient` must do. Each case gets a fresh, empty database. */
import type { OltpSubject } from "./harness.ts";
import { marks } from "./mark_cases.ts";
import { closing, snapshots } from "./snapshot_cases.ts";
import { errors, statements } from "./statement_cases.ts";
import { openTransactions, transactions } from "./transaction_cases.ts";
import { parameters, values } from "./value_cases.ts";

/** Registers the suite's tests for one kind of database. */
export function oltpConformance(subject: OltpSubject): void {
  const groups = [values, parameters, errors, statements, transactions, openTransactions, marks, snapshots, closing];
  for (const group of groups) {
    for (const [name, run] of Object.entries(group(subject))) {
      Deno.test(`OltpClient (${subject.name}) ${name}`, async () => {
        await using harness = await subject.make();
        await using client = await harness.open({ busyTimeoutMs: 50 });
        await run(client, harness);
      });
    }
  }
}
