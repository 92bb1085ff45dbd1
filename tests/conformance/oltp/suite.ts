/** What every `OltpClient` must do. Each case gets a fresh, empty database. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { RheiError, type RheiErrorCode } from "../../../src/errors/mod.ts";
import type { OltpClient, OltpOpenOptions } from "../../../src/oltp/mod.ts";
import type { ExactValue, SqlParameters } from "../../../src/types/mod.ts";

/** One database for one case. */
export interface OltpHarness extends AsyncDisposable {
  /** Opens the database; every client of it sees the same content. */
  open(options?: OltpOpenOptions): Promise<OltpClient>;
}

/** How the suite reaches a kind of database. */
export interface OltpSubject {
  readonly name: string;
  /** Whether several clients can open the same database. */
  readonly shareable: boolean;
  /** Whether REAL values arrive bit by bit; the remote protocol's JSON has no infinities and no -0. */
  readonly exactReals: boolean;
  make(): Promise<OltpHarness>;
}

type Case = (client: OltpClient, harness: OltpHarness) => Promise<void>;

/** Registers the suite's tests for one kind of database. */
export function oltpConformance(subject: OltpSubject): void {
  const groups = [values, parameters, errors, statements, transactions, openTransactions, snapshots, closing];
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

/** The rejection of a call: a RheiError with this code, its message matching. */
export function fails(code: RheiErrorCode, message: RegExp = /^Cannot /): (error: unknown) => boolean {
  return (error) => {
    ok(error instanceof RheiError, `expected a RheiError, not ${error}`);
    strictEqual(error.code, code, error.message);
    ok(message.test(error.message), error.message);
    return true;
  };
}

async function rowsOf(
  client: Pick<OltpClient, "query">,
  sql: string,
  params: SqlParameters = [],
): Promise<unknown[][]> {
  return (await client.query(sql, params)).rows.map((row) => [...row]);
}

/** Pairs of what is bound and what is stored in an untyped column. */
const VALUES: readonly (readonly [string, unknown, ExactValue])[] = [
  ["NULL", null, null],
  ["zero", 0, 0n],
  ["an integral number", 42, 42n],
  ["the largest safe integer", Number.MAX_SAFE_INTEGER, 9007199254740991n],
  ["a bigint beyond 2^53", 9007199254740993n, 9007199254740993n],
  ["the largest INTEGER", 2n ** 63n - 1n, 2n ** 63n - 1n],
  ["the smallest INTEGER", -(2n ** 63n), -(2n ** 63n)],
  ["a fraction", 0.1, 0.1],
  ["a fraction of 17 digits", 0.1 + 0.2, 0.1 + 0.2],
  ["an integral number beyond 2^53", 2 ** 60, 2 ** 60],
  ["the smallest REAL", 5e-324, 5e-324],
  ["the largest REAL", Number.MAX_VALUE, Number.MAX_VALUE],
  ["true", true, 1n],
  ["false", false, 0n],
  ["NaN", NaN, null],
  ["empty text", "", ""],
  ["Unicode text", "naïve 東京 🦉", "naïve 東京 🦉"],
  ["a byte order mark", "\ufeffx", "\ufeffx"],
  ["text with control characters", "a\x1fb\n\t\x7f", "a\x1fb\n\t\x7f"],
  ["numeric text", "007", "007"],
  ["an empty blob", new Uint8Array(0), new Uint8Array(0)],
  ["a blob", new Uint8Array([0, 1, 254, 255]), new Uint8Array([0, 1, 254, 255])],
];

const REALS: readonly (readonly [string, number])[] = [["Infinity", Infinity], ["-Infinity", -Infinity], ["-0", -0]];

function values(subject: OltpSubject): Record<string, Case> {
  const exact = subject.exactReals ? REALS.map(([name, value]) => [name, value, value] as const) : [];
  const cases: Record<string, Case> = {};
  for (const [name, given, stored] of [...VALUES, ...exact]) {
    cases[`keeps ${name} exactly`] = async (client) => {
      await client.execute("create table t (x)");
      await client.execute("insert into t values (?)", [given as never]);
      const [[value]] = await rowsOf(client, "select x from t") as [[ExactValue]];
      deepStrictEqual(value, stored);
      if (typeof value === "object" && value !== null) strictEqual(value.constructor, Uint8Array);
    };
  }
  cases["tells INTEGER from REAL"] = async (client) => {
    deepStrictEqual(await rowsOf(client, "select 1, 1.0, typeof(?), typeof(?)", [1, 1.5]), [[
      1n,
      1,
      "integer",
      "real",
    ]]);
  };
  cases["names columns and their declared types"] = async (client) => {
    await client.execute("create table t (id integer primary key, total decimal(10, 2), note)");
    const { columns } = await client.query("select id, total as sum, note, 1 as id, 1 + 1 from t");
    deepStrictEqual(columns, [
      { name: "id", declaredType: "INTEGER" },
      { name: "sum", declaredType: "decimal(10, 2)" },
      { name: "note", declaredType: null },
      { name: "id", declaredType: null },
      { name: "1 + 1", declaredType: null },
    ]);
  };
  cases["renews the columns of select * after a schema change"] = async (client) => {
    await client.execute("create table t (a integer)");
    const names = async () => (await client.query("select * from t")).columns.map((column) => column.name);
    await client.execute("insert into t values (1)");
    deepStrictEqual(await names(), ["a"]);
    await client.execute("alter table t add column b text");
    deepStrictEqual(await names(), ["a", "b"]);
    await client.execute("alter table t rename column a to c");
    deepStrictEqual(await names(), ["c", "b"]);
    await client.execute("delete from t");
    await client.execute("alter table t drop column b");
    deepStrictEqual(await names(), ["c"]);
  };
  return cases;
}

function parameters(): Record<string, Case> {
  const bound: readonly (readonly [string, string, SqlParameters, unknown[]])[] = [
    ["by position", "select ?, ?", [1, "b"], [1n, "b"]],
    ["by number", "select ?2, ?1", [1, 2], [2n, 1n]],
    ["by name without the prefix", "select :a, @b, $c", { a: 1, b: 2, c: 3 }, [1n, 2n, 3n]],
    ["by a name used twice", "select :a, :a", { a: 1 }, [1n, 1n]],
    ["named ones by position", "select :a, :b", [1, 2], [1n, 2n]],
    ["past a question mark in a string", "select '?', ?", [1], ["?", 1n]],
    ["in none", "select 1", {}, [1n]],
  ];
  const refused: readonly (readonly [string, string, unknown, RheiErrorCode | "TypeError", RegExp])[] = [
    ["too few", "select ?, ?", [1], "SQL_PARAMETERS", /has 2 parameters, 1 given/],
    ["too many", "select ?", [1, 2], "SQL_PARAMETERS", /has 1 parameter, 2 given/],
    ["a missing name", "select :a, :b", { a: 1 }, "SQL_PARAMETERS", /"b" missing/],
    ["an unknown name", "select :amount", { amuont: 1 }, "SQL_PARAMETERS", /"amount" missing; "amuont" unknown/],
    ["a name with its prefix", "select :a", { ":a": 1 }, "SQL_PARAMETERS", /":a" unknown/],
    ["names for a statement without", "select ?", { a: 1 }, "SQL_PARAMETERS", /by name: parameter 1 has none/],
    ["undefined", "select ?", [undefined], "TypeError", /parameter 1: undefined/],
    ["an object", "select :a", { a: {} }, "TypeError", /parameter "a": an object/],
    ["a date", "select ?", [new Date(0)], "TypeError", /a value of type Date/],
    ["an array in an array", "select ?", [[1]], "TypeError", /a value of type Array/],
    ["an INTEGER beyond 64 bits", "select ?", [2n ** 63n], "SQL_PARAMETERS", /9223372036854775808 does not fit/],
    ["half a surrogate pair", "select ?", ["\ud800"], "SQL_PARAMETERS", /surrogate/],
  ];
  const cases: Record<string, Case> = {};
  for (const [name, sql, params, expected] of bound) {
    cases[`binds parameters ${name}`] = async (client) =>
      deepStrictEqual(await rowsOf(client, sql, params), [expected]);
  }
  for (const [name, sql, params, code, message] of refused) {
    cases[`refuses ${name} as parameters`] = async (client) => {
      const call = () => client.query(sql, params as SqlParameters);
      if (code === "TypeError") {
        await rejects(call, (error) => error instanceof TypeError && message.test(error.message));
      } else await rejects(call, fails(code, message));
    };
  }
  cases["suggests a name for a mistyped one"] = async (client) => {
    await rejects(() => client.query("select :amount", { amuont: 1 }), (error) => {
      return error instanceof RheiError && error.hint === 'Did you mean "amount"?';
    });
  };
  cases["does not keep parameters of an earlier call"] = async (client) => {
    deepStrictEqual(await rowsOf(client, "select ?, ?", [1, 2]), [[1n, 2n]]);
    await rejects(() => client.query("select ?, ?", [3]), fails("SQL_PARAMETERS"));
    deepStrictEqual(await rowsOf(client, "select ?, ?", [null, 4]), [[null, 4n]]);
  };
  return cases;
}

function errors(): Record<string, Case> {
  const failures: readonly (readonly [string, string, RheiErrorCode, RegExp])[] = [
    ["a missing table", "select * from nope", "SQL_UNKNOWN_NAME", /no such table "nope"/],
    ["a missing column", "select nope from t", "SQL_UNKNOWN_NAME", /no such column "nope"/],
    ["a missing function", "select nope(1)", "SQL_UNKNOWN_NAME", /no such function "nope"/],
    ["a syntax error", "select * form t", "SQL_SYNTAX", /form|syntax/],
    ["what is no SQL", "selec 1", "SQL_SYNTAX", /selec/],
    ["an empty text", " -- nothing\n;", "SQL_SYNTAX", /holds no statement/],
    ["several statements", "select 1; select 2", "SQL_SYNTAX", /several statements/],
    ["a failing function", "select abs(-9223372036854775808)", "SQL_ERROR", /integer overflow/],
    ["a write", "insert into t values (1, 'x')", "SQL_ERROR", /no reading statement/],
    ["transaction control", "begin", "SQL_ERROR", /no reading statement/],
  ];
  const constraints: readonly (readonly [string, string, RegExp])[] = [
    ["UNIQUE", "insert into t values (2, 'one')", /UNIQUE constraint failed: t.name/],
    ["PRIMARY KEY", "insert into t values (1, 'two')", /UNIQUE constraint failed: t.id/],
    ["NOT NULL", "insert into t values (2, null)", /NOT NULL constraint failed: t.name/],
    ["CHECK", "insert into t values (2, '')", /CHECK constraint failed/],
    ["the rowid's type", "insert into t values ('x', 'y')", /datatype mismatch/],
  ];
  const table = "create table t (id integer primary key, name text not null unique check (name <> ''))";
  const cases: Record<string, Case> = {};
  for (const [name, sql, code, message] of failures) {
    cases[`query() fails clearly for ${name}`] = async (client) => {
      await client.execute(table);
      await rejects(() => client.query(sql), fails(code, message));
    };
  }
  for (const [name, sql, message] of constraints) {
    cases[`execute() reports a violated ${name}`] = async (client) => {
      await client.execute(table);
      await client.execute("insert into t values (1, 'one')");
      await rejects(() => client.execute(sql), fails("SQL_CONSTRAINT", message));
      deepStrictEqual(await rowsOf(client, "select * from t"), [[1n, "one"]]);
    };
  }
  cases["execute() refuses transaction control"] = async (client) => {
    for (const sql of ["begin", "commit", "end", "rollback", "savepoint a", "release a", "rollback to a"]) {
      await rejects(() => client.execute(sql), fails("TRANSACTION_STATE", /outside a transaction object/));
    }
  };
  return cases;
}

function statements(): Record<string, Case> {
  return {
    "execute() counts rows and tells the last rowid": async (client) => {
      const created = await client.execute("create table t (id integer primary key, x)");
      deepStrictEqual(created, { rowsAffected: 0, lastInsertRowid: null, rows: { columns: [], rows: [] } });
      const two = await client.execute("insert into t values (5, 'a'), (7, 'b')");
      deepStrictEqual([two.rowsAffected, two.lastInsertRowid], [2, 7]);
      strictEqual((await client.execute("update t set x = 'c'")).rowsAffected, 2);
      strictEqual((await client.execute("delete from t where id = 9")).rowsAffected, 0);
    },
    "execute() tells a rowid beyond 2^53 exactly": async (client) => {
      await client.execute("create table t (id integer primary key)");
      const inserted = await client.execute("insert into t values (?)", [2n ** 63n - 1n]);
      strictEqual(inserted.lastInsertRowid, 2n ** 63n - 1n);
    },
    "execute() gives the rows of RETURNING": async (client) => {
      await client.execute("create table t (id integer primary key, x)");
      const { rows, rowsAffected, lastInsertRowid } = await client.execute(
        "insert into t (x) values ('a'), ('b') returning id, x",
      );
      deepStrictEqual(rows.rows, [[1n, "a"], [2n, "b"]]);
      deepStrictEqual(rows.columns.map((column) => column.name), ["id", "x"]);
      deepStrictEqual([rowsAffected, lastInsertRowid], [2, 2]);
    },
    "execute() gives the rows of a SELECT without counting them": async (client) => {
      await client.execute("create table t (x)");
      await client.execute("insert into t values (1), (2)");
      const { rows, rowsAffected } = await client.execute("select x from t");
      deepStrictEqual([rows.rows, rowsAffected], [[[1n], [2n]], 0]);
    },
    "query() reads pragmas and plans": async (client) => {
      await client.execute("create table t (a integer, b text)");
      deepStrictEqual((await rowsOf(client, "pragma table_info(t)")).map((row) => row[1]), ["a", "b"]);
      ok((await rowsOf(client, "explain query plan select * from t")).length > 0);
    },
    "query() gives all rows of a statement that gave one row often": async (client) => {
      await client.execute("create table t (id integer primary key, x text)");
      await client.execute("insert into t values (1, 'a'), (2, 'b')");
      for (let i = 0; i < 20; i++) deepStrictEqual(await rowsOf(client, "select x from t where id = ?", [1]), [["a"]]);
      deepStrictEqual(await rowsOf(client, "select x from t where id = ?", [3]), []);
      await client.execute("drop table t");
      await client.execute("create table t (id integer, x text)");
      await client.execute("insert into t values (1, 'c'), (1, 'd')");
      deepStrictEqual(await rowsOf(client, "select x from t where id = ?", [1]), [["c"], ["d"]]);
    },
    "query() runs more statements than it keeps prepared": async (client) => {
      for (let i = 0; i < 300; i++) deepStrictEqual(await rowsOf(client, `select ${i}`), [[BigInt(i)]]);
      deepStrictEqual(await rowsOf(client, "select 0"), [[0n]]);
    },
    "readInBackground() gives what query() gives": async (client) => {
      await client.execute("create table t (id integer primary key, x)");
      await client.execute("insert into t values (1, 1.5), (2, 'b'), (3, null), (4, x'00ff')");
      for (
        const sql of ["select id, x, x as x from t order by id desc", "values (1), (2.5)", "select * from t where 0"]
      ) {
        deepStrictEqual(await client.readInBackground(sql, []), await client.query(sql));
      }
    },
    "readInBackground() is cancelled by its signal": async (client) => {
      const controller = new AbortController();
      controller.abort();
      await rejects(
        () => client.readInBackground("select 1", [], { signal: controller.signal }),
        fails("CANCELLED", /cancelled/),
      );
      deepStrictEqual((await client.readInBackground("select 1", [])).rows, [[1n]]);
    },
    "readInBackground() reports a failing statement": async (client) => {
      await rejects(
        () => client.readInBackground("select abs(-9223372036854775808)", []),
        fails("SQL_ERROR", /integer overflow/),
      );
      await rejects(() => client.readInBackground("select ?", []), fails("SQL_PARAMETERS"));
    },
    "batch() runs all or none": async (client) => {
      await client.execute("create table t (id integer primary key)");
      const results = await client.batch([
        { sql: "insert into t values (?)", params: [1] },
        { sql: "insert into t values (:id)", params: { id: 2 } },
        { sql: "delete from t where id = 1" },
      ]);
      deepStrictEqual(results.map((result) => result.rowsAffected), [1, 1, 1]);
      deepStrictEqual(results.map((result) => result.lastInsertRowid).slice(0, 2), [1, 2]);
      const broken = [{ sql: "insert into t values (3)" }, { sql: "insert into t values (2)" }];
      await rejects(() => client.batch(broken), fails("SQL_CONSTRAINT"));
      const miscounted = [{ sql: "insert into t values (3)" }, { sql: "insert into t values (?)" }];
      await rejects(() => client.batch(miscounted), fails("SQL_PARAMETERS"));
      deepStrictEqual(await rowsOf(client, "select id from t"), [[2n]]);
    },
    "batch() runs nothing when given nothing": async (client) => deepStrictEqual(await client.batch([]), []),
  };
}

function transactions(): Record<string, Case> {
  return {
    "transaction() commits what its body did and gives its value": async (client) => {
      await client.execute("create table t (x)");
      const value = await client.transaction(async (tx) => {
        await tx.execute("insert into t values (1)");
        deepStrictEqual((await tx.query("select x from t")).rows, [[1n]]);
        return "done";
      });
      strictEqual(value, "done");
      deepStrictEqual(await rowsOf(client, "select x from t"), [[1n]]);
    },
    "transaction() undoes everything when its body throws": async (client) => {
      await client.execute("create table t (x)");
      const boom = new Error("boom");
      await rejects(() =>
        client.transaction(async (tx) => {
          await tx.execute("insert into t values (1)");
          throw boom;
        }), (error) => error === boom);
      deepStrictEqual(await rowsOf(client, "select x from t"), []);
      await client.execute("insert into t values (2)");
    },
    "transaction() goes on after a failed statement that its body handles": async (client) => {
      await client.execute("create table t (id integer primary key)");
      await client.transaction(async (tx) => {
        await tx.execute("insert into t values (1)");
        await rejects(() => tx.execute("insert into t values (1)"), fails("SQL_CONSTRAINT"));
        await tx.execute("insert into t values (2)");
      });
      deepStrictEqual(await rowsOf(client, "select id from t"), [[1n], [2n]]);
    },
    "transaction() does not go on after a statement that rolled it back": async (client) => {
      await client.execute("create table t (id integer primary key)");
      await client.execute("insert into t values (1)");
      await rejects(() =>
        client.transaction(async (tx) => {
          await tx.execute("insert into t values (2)");
          await rejects(() => tx.execute("insert or rollback into t values (1)"), fails("SQL_CONSTRAINT"));
          await rejects(() => tx.execute("insert into t values (3)"), fails("TRANSACTION_STATE", /rolled it back/));
        }), fails("TRANSACTION_STATE", /rolled it back/));
      deepStrictEqual(await rowsOf(client, "select id from t"), [[1n]]);
    },
    "transaction() refuses calls that would wait for itself": async (client) => {
      await client.execute("create table t (x)");
      await client.transaction(async (tx) => {
        await rejects(
          () => client.transaction(async () => {}),
          fails("TRANSACTION_STATE", /inside a transaction body/),
        );
        await rejects(() => client.execute("delete from t"), fails("TRANSACTION_STATE", /execute\(\)/));
        await rejects(() => client.batch([]), fails("TRANSACTION_STATE", /batch\(\)/));
        await rejects(() => client.begin(), fails("TRANSACTION_STATE", /begin\(\)/));
        for (const sql of ["begin", "commit", "rollback"]) {
          await rejects(() => tx.execute(sql), fails("TRANSACTION_STATE", /inside a transaction/));
        }
        await tx.execute("insert into t values (1)");
      });
      deepStrictEqual(await rowsOf(client, "select x from t"), [[1n]]);
    },
    "transaction() allows savepoints": async (client) => {
      await client.execute("create table t (x)");
      await client.transaction(async (tx) => {
        await tx.execute("savepoint a");
        await tx.execute("insert into t values (1)");
        await tx.execute("rollback to a");
        await tx.execute("insert into t values (2)");
        await tx.execute("release a");
      });
      deepStrictEqual(await rowsOf(client, "select x from t"), [[2n]]);
    },
    "transaction() lets the work its body left running go on outside": async (client) => {
      await client.execute("create table t (x)");
      let late: Promise<unknown> | undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      await client.transaction(async () => {
        late = promise.then(() => client.execute("insert into t values (1)"));
      });
      resolve();
      await late;
      deepStrictEqual(await rowsOf(client, "select x from t"), [[1n]]);
    },
    "transaction() waits for others in order": async (client) => {
      await client.execute("create table t (x integer primary key, name)");
      await Promise.all(["a", "b", "c"].map((name) =>
        client.transaction(async (tx) => {
          const [[count]] = (await tx.query("select count(*) from t")).rows as [[bigint]];
          await tx.execute("insert into t values (?, ?)", [count, name]);
        })
      ));
      deepStrictEqual(await rowsOf(client, "select * from t"), [[0n, "a"], [1n, "b"], [2n, "c"]]);
    },
    "transaction() objects are dead after their end": async (client) => {
      const tx = await client.transaction(async (tx) => tx);
      await rejects(() => tx.execute("select 1"), fails("CLOSED", /has ended/));
      await rejects(() => tx.query("select 1"), fails("CLOSED", /has ended/));
    },
  };
}

function openTransactions(subject: OltpSubject): Record<string, Case> {
  const cases: Record<string, Case> = {
    "begin() commits when told": async (client) => {
      await client.execute("create table t (x)");
      const tx = await client.begin();
      await tx.execute("insert into t values (1)");
      await tx.commit();
      await rejects(() => tx.rollback(), fails("CLOSED"));
      deepStrictEqual(await rowsOf(client, "select x from t"), [[1n]]);
    },
    "begin() undoes when told": async (client) => {
      await client.execute("create table t (x)");
      for (const mode of ["deferred", "immediate", "exclusive"] as const) {
        const tx = await client.begin(mode);
        await tx.execute("insert into t values (1)");
        await tx.rollback();
      }
      deepStrictEqual(await rowsOf(client, "select x from t"), []);
    },
    "begin() lets rollback follow a failed statement that ended it": async (client) => {
      await client.execute("create table t (id integer primary key)");
      await client.execute("insert into t values (1)");
      const tx = await client.begin();
      await rejects(() => tx.execute("insert or rollback into t values (1)"), fails("SQL_CONSTRAINT"));
      await rejects(() => tx.commit(), fails("TRANSACTION_STATE"));
      await tx.rollback();
      await client.execute("insert into t values (2)");
    },
    "begin() keeps other writers waiting no longer than the busy timeout": async (client) => {
      await client.execute("create table t (x)");
      const tx = await client.begin();
      await rejects(() => client.execute("insert into t values (1)"), (error) => {
        return fails("DATABASE_LOCKED", /still open/)(error) && (error as RheiError).retryable;
      });
      await tx.commit();
      await client.execute("insert into t values (2)");
    },
    "begin() lets a waiting writer in when it ends": async (client) => {
      await client.execute("create table t (x)");
      const tx = await client.begin();
      const waiting = client.execute("insert into t values (1)");
      await tx.rollback();
      await waiting;
      deepStrictEqual(await rowsOf(client, "select x from t"), [[1n]]);
    },
    "commit() reports a violated deferred foreign key, and rollback may follow": async (client) => {
      await client.execute("create table p (id integer primary key)");
      await client.execute("create table c (p references p deferrable initially deferred)");
      const tx = await client.begin();
      await tx.execute("insert into c values (9)");
      await rejects(() => tx.commit(), fails("SQL_CONSTRAINT", /FOREIGN KEY/));
      await tx.rollback();
      deepStrictEqual(await rowsOf(client, "select * from c"), []);
    },
  };
  if (!subject.shareable) {
    cases["query() waits for an open transaction, and sees none of it"] = async (client) => {
      await client.execute("create table t (x)");
      const tx = await client.begin();
      await tx.execute("insert into t values (1)");
      await rejects(() => client.query("select x from t"), fails("DATABASE_LOCKED"));
      const waiting = rowsOf(client, "select x from t");
      await tx.rollback();
      deepStrictEqual(await waiting, []);
      await client.transaction(async () => {
        await rejects(() => client.query("select x from t"), fails("TRANSACTION_STATE", /query\(\)/));
      });
    };
    return cases;
  }
  cases["query() does not see an open transaction"] = async (client, harness) => {
    await client.execute("create table t (x)");
    await using other = await harness.open();
    await client.transaction(async (tx) => {
      await tx.execute("insert into t values (1)");
      deepStrictEqual(await rowsOf(client, "select x from t"), []);
      deepStrictEqual((await client.readInBackground("select x from t", [])).rows, []);
      deepStrictEqual(await rowsOf(other, "select x from t"), []);
    });
    deepStrictEqual(await rowsOf(other, "select x from t"), [[1n]]);
  };
  cases["execute() reports another client's lock after the busy timeout"] = async (client, harness) => {
    await client.execute("create table t (x)");
    await using other = await harness.open();
    const tx = await other.begin();
    await tx.execute("insert into t values (1)");
    const locked = (error: unknown) => fails("DATABASE_LOCKED", /locked/)(error) && (error as RheiError).retryable;
    await rejects(() => client.execute("insert into t values (2)"), locked);
    await rejects(() => client.transaction(async () => {}), locked);
    await rejects(() => client.batch([{ sql: "insert into t values (2)" }]), locked);
    await tx.commit();
    await client.execute("insert into t values (3)");
    deepStrictEqual(await rowsOf(client, "select x from t"), [[1n], [3n]]);
  };
  cases["a read-only client reads and refuses to write"] = async (client, harness) => {
    await client.execute("create table t (x)");
    await using reader = await harness.open({ readOnly: true });
    strictEqual(reader.readOnly, true);
    await client.execute("insert into t values (1)");
    deepStrictEqual(await rowsOf(reader, "select x from t"), [[1n]]);
    const insert = "insert into t values (2)";
    await rejects(() => reader.execute(insert), fails("READ_ONLY", /read-only/));
    await rejects(() => reader.batch([{ sql: insert }]), fails("READ_ONLY", /read-only/));
    await rejects(() => reader.transaction((tx) => tx.execute(insert)), fails("READ_ONLY", /read-only/));
  };
  return cases;
}

function snapshots(subject: OltpSubject): Record<string, Case> {
  const cases: Record<string, Case> = {
    "snapshot() streams rows in batches, in order": async (client) => {
      await client.execute("create table t (id integer primary key, x)");
      await client.execute(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 25) insert into t select i, i * 0.5 from n",
      );
      await using snapshot = await client.snapshot();
      const batches = [];
      for await (const batch of snapshot.stream("select id, x from t where id > ?", [5], 8)) batches.push(batch);
      deepStrictEqual(batches.map((batch) => batch.length), [8, 8, 4]);
      deepStrictEqual(batches.flat(), Array.from({ length: 20 }, (_, i) => [BigInt(i + 6), (i + 6) * 0.5]));
    },
    "snapshot() lets writers go on after a stream was left half-read": async (client) => {
      await client.execute("create table t (x)");
      await client.execute("insert into t values (1), (2), (3)");
      const snapshot = await client.snapshot();
      for await (const batch of snapshot.stream("select x from t", [], 1)) {
        deepStrictEqual(batch, [[1n]]);
        break;
      }
      await snapshot.close();
      await snapshot.close();
      await client.execute("drop table t");
      await rejects(() => snapshot.query("select 1"), fails("CLOSED"));
    },
    "snapshot() refuses a batch size that is none": async (client) => {
      await using snapshot = await client.snapshot();
      for (const batchRows of [0, -1, 1.5, NaN]) {
        await rejects(async () => {
          for await (const _ of snapshot.stream("select 1", [], batchRows));
        }, RangeError);
      }
    },
  };
  if (subject.shareable) {
    cases["snapshot() sees one state while writes go on"] = async (client) => {
      await client.execute("create table t (x)");
      await client.execute("insert into t values (1)");
      await using snapshot = await client.snapshot();
      await client.execute("insert into t values (2)");
      await using later = await client.snapshot();
      await client.execute("delete from t");
      deepStrictEqual((await snapshot.query("select x from t")).rows, [[1n]]);
      deepStrictEqual((await later.query("select x from t")).rows, [[1n], [2n]]);
      deepStrictEqual(await rowsOf(client, "select x from t"), []);
    };
  }
  return cases;
}

function closing(): Record<string, Case> {
  return {
    "close() may be called twice and refuses what comes after": async (client) => {
      await client.close();
      await client.close();
      for (
        const call of [
          () => client.query("select 1"),
          () => client.readInBackground("select 1", []),
          () => client.execute("create table t (x)"),
          () => client.batch([]),
          () => client.transaction(async () => {}),
          () => client.begin(),
          () => client.snapshot(),
          () => client.dataVersion(),
        ]
      ) await rejects(call, fails("CLOSED", /it is closed/));
    },
    "close() waits for a transaction body": async (client) => {
      await client.execute("create table t (x)");
      const { promise, resolve } = Promise.withResolvers<void>();
      const transaction = client.transaction(async (tx) => {
        await promise;
        return (await tx.execute("insert into t values (1)")).rowsAffected;
      });
      const closed = client.close();
      resolve();
      strictEqual(await transaction, 1);
      await closed;
    },
    "close() undoes a transaction that was left open": async (client) => {
      await client.execute("create table t (x)");
      const tx = await client.begin();
      await tx.execute("insert into t values (1)");
      await client.close();
      await rejects(() => tx.commit(), fails("CLOSED"));
    },
  };
}
