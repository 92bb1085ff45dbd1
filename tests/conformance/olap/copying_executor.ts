import { openDuckdb } from "../../../src/olap/duckdb/mod.ts";
import type { CompiledQuery, OlapBackend, QueryRequest } from "../../../src/olap/mod.ts";
import type { QueryExecutor, QuerySnapshots } from "../../../src/olap/arrow/query_executor.ts";
import { clearPositions } from "../../../src/olap/arrow/storage/bitmap.ts";
import { readValues } from "../../../src/olap/arrow/storage/read_vectors.ts";
import { batchOf, commit } from "./fixtures.ts";

interface CopyingQuery extends CompiledQuery {
  readonly request: QueryRequest;
}

/**
 * Answers queries by copying the snapshots into a DuckDB mirror in memory: shows what the store holds, whatever the executor of its own
 * can do.
 */
export function copyingExecutor(): QueryExecutor {
  return {
    compile(request) {
      return withMirror(async (mirror) => {
        const outcome = await mirror.compile(request);
        if (outcome.kind === "declined") return outcome;
        const query: CopyingQuery = { columns: outcome.query.columns, tables: outcome.query.tables, request };
        return { kind: "compiled", query };
      });
    },
    run(query, snapshots, signal) {
      return withMirror(async (mirror) => {
        await copy(snapshots, mirror);
        const outcome = await mirror.compile((query as CopyingQuery).request);
        if (outcome.kind === "declined") throw new Error(outcome.reason);
        return await mirror.run(outcome.query, signal === undefined ? {} : { signal });
      });
    },
    explain: (query) => (query as CopyingQuery).request.text,
    close: async () => {},
  };
}

async function withMirror<T>(body: (mirror: OlapBackend) => Promise<T>): Promise<T> {
  const mirror = await openDuckdb({ path: null, threads: 2 });
  try {
    return await body(mirror);
  } finally {
    await mirror.close();
  }
}

async function copy(snapshots: QuerySnapshots, mirror: OlapBackend): Promise<void> {
  await commit(mirror, 1, async (transaction) => {
    for (const { table, columns, deleted, positionCount } of snapshots.values()) {
      const positions = clearPositions(deleted, positionCount);
      const values = columns.map((column, at) => readValues(column, table.columns[at]!.class, positions));
      await transaction.createTable(table);
      const rows = Array.from(positions, (_, row) => values.map((column) => column[row]!));
      await transaction.append(table.name, batchOf(table, rows));
    }
  });
}
