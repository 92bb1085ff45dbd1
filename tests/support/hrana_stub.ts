/**
 * A libSQL server for tests: the Hrana 2 protocol over HTTP (`POST /v2/pipeline`) on a database file, in this process. A stream is a
 * connection of its own, kept between requests by its baton. What real servers do beyond that (replication, limits, timeouts) is not here.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Database from "libsql";

type Json = Record<string, unknown>;
// deno-lint-ignore no-explicit-any
type Driver = any;

interface Stream {
  readonly connection: Driver;
  readonly texts: Map<number, string>;
}

/** A running stub. */
export interface HranaStub extends AsyncDisposable {
  readonly url: string;
  /** Streams opened and not yet closed. */
  readonly openStreams: number;
}

/** Starts a stub on a free port of the loopback address; with a token it refuses requests that do not carry it. */
export async function startHranaStub(path: string, authToken?: string): Promise<HranaStub> {
  new Database(path).exec("PRAGMA journal_mode = WAL");
  const streams = new Map<string, Stream>();
  let batons = 0;

  function openStream(): Stream {
    const connection: Driver = new Database(path);
    connection.exec("PRAGMA busy_timeout = 50");
    return { connection, texts: new Map() };
  }

  function pipeline(body: Json): Json {
    const baton = body["baton"] as string | undefined;
    const stream = baton === undefined ? openStream() : streams.get(baton);
    if (stream === undefined) throw new Error("unknown baton");
    if (baton !== undefined) streams.delete(baton);
    let closed = false;
    const results = (body["requests"] as Json[]).map((request) => {
      try {
        if (request["type"] === "close") closed = true;
        return { type: "ok", response: { type: request["type"], ...answer(stream, request) } };
      } catch (error) {
        return { type: "error", error: failure(error) };
      }
    });
    if (closed) {
      if (stream.connection.inTransaction) stream.connection.exec("ROLLBACK");
      stream.connection.close();
      return { results };
    }
    const next = `baton-${++batons}`;
    streams.set(next, stream);
    return { baton: next, results };
  }

  const server = createServer((request, response) => {
    handle(request, response, authToken, pipeline).catch((error) => respond(response, 500, { message: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get openStreams() {
      return streams.size;
    },
    [Symbol.asyncDispose]: () => {
      for (const { connection } of streams.values()) connection.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  authToken: string | undefined,
  pipeline: (body: Json) => Json,
): Promise<void> {
  if (authToken !== undefined && request.headers.authorization !== `Bearer ${authToken}`) {
    return respond(response, 401, { message: "Unauthorized: the token is not valid", code: "AUTH" });
  }
  if (request.method !== "POST" || request.url !== "/v2/pipeline") {
    return respond(response, 404, { message: "not here" });
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  respond(response, 200, pipeline(JSON.parse(Buffer.concat(chunks).toString("utf8"))));
}

function respond(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function answer(stream: Stream, request: Json): Json {
  switch (request["type"]) {
    case "execute":
      return { result: execute(stream, request["stmt"] as Json) };
    case "batch":
      return { result: batch(stream, (request["batch"] as Json)["steps"] as Json[]) };
    case "store_sql":
      stream.texts.set(request["sql_id"] as number, request["sql"] as string);
      return {};
    case "close_sql":
      stream.texts.delete(request["sql_id"] as number);
      return {};
    case "close":
      return {};
    default:
      throw new Error(`the stub has no "${request["type"]}"`);
  }
}

function batch(stream: Stream, steps: readonly Json[]): Json {
  const results: (Json | null)[] = [];
  const errors: (Json | null)[] = [];
  const holds = (condition: Json | undefined): boolean => {
    switch (condition?.["type"]) {
      case undefined:
        return true;
      case "ok":
        return results[condition!["step"] as number] !== null;
      case "error":
        return errors[condition!["step"] as number] !== null;
      case "not":
        return !holds(condition!["cond"] as Json);
      case "and":
        return (condition!["conds"] as Json[]).every(holds);
      case "or":
        return (condition!["conds"] as Json[]).some(holds);
      default:
        throw new Error(`the stub has no condition "${condition!["type"]}"`);
    }
  };
  for (const step of steps) {
    let result: Json | null = null;
    let error: Json | null = null;
    if (holds(step["condition"] as Json | undefined)) {
      try {
        result = execute(stream, step["stmt"] as Json);
      } catch (thrown) {
        error = failure(thrown);
      }
    }
    results.push(result);
    errors.push(error);
  }
  return { step_results: results, step_errors: errors };
}

function execute(stream: Stream, statement: Json): Json {
  const { connection } = stream;
  const sql = statement["sql"] as string | undefined ?? stream.texts.get(statement["sql_id"] as number);
  const prepared = connection.prepare(sql);
  const values = ((statement["args"] as Json[] | undefined) ?? []).map(decodeValue);
  const counters = () =>
    connection.prepare("select total_changes(), changes(), last_insert_rowid()").raw(true)
      .safeIntegers(true).get([]) as bigint[];
  const before = counters()[0];
  let rows: unknown[][] = [];
  if (prepared.reader) rows = prepared.raw(true).safeIntegers(true).all(values);
  else prepared.run(values);
  const [after, changes, rowid] = counters();
  return {
    cols: prepared.columns().map((column: { name: string; type: string | null }) => ({
      name: column.name,
      decltype: column.type,
    })),
    rows: rows.map((row) => row.map(encodeValue)),
    affected_row_count: after === before ? 0 : Number(changes),
    last_insert_rowid: String(rowid),
  };
}

function decodeValue(value: Json): unknown {
  switch (value["type"]) {
    case "null":
      return null;
    case "integer":
      return BigInt(value["value"] as string);
    case "blob":
      return new Uint8Array(Buffer.from(value["base64"] as string, "base64"));
    default:
      return value["value"];
  }
}

function encodeValue(value: unknown): Json {
  if (value === null) return { type: "null" };
  if (typeof value === "bigint") return { type: "integer", value: String(value) };
  if (typeof value === "number") return { type: "float", value };
  if (typeof value === "string") return { type: "text", value };
  return { type: "blob", base64: Buffer.from(value as Uint8Array).toString("base64") };
}

/** As servers word it: the primary result code, or an input error with its offset. */
function failure(error: unknown): Json {
  const { message, code } = error as { message: string; code?: string };
  if (code === undefined || code === "SQLITE_ERROR") {
    return { message: `SQLite input error: ${message} (at offset 0)`, code: "SQL_INPUT_ERROR" };
  }
  return { message: `SQLite error: ${message}`, code: code.split("_").slice(0, 2).join("_") };
}
