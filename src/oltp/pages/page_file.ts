import type { Connection } from "../connection.ts";
import { Undecodable } from "./undecodable.ts";

/** Sizes of a database's pages, in bytes. */
export interface PageSizes {
  readonly page: number;
  /** Without what an extension reserves at the end. */
  readonly usable: number;
}

/** Joined, because each blob the driver gives costs 3 µs. */
const PAGES = "SELECT cast(group_concat(p.data, '') AS blob) " +
  "FROM json_each(?) AS j CROSS JOIN sqlite_dbpage AS p ON p.pgno = j.value";
/** Where the first page tells the size of the reserved part. */
const RESERVED_AT = 20;

/**
 * The pages of a database file in the state the connection's transaction sees, write-ahead log included: SQLite's own pager gives
 * them, through its table `sqlite_dbpage`.
 */
export class PageFile {
  readonly #connection: Connection;
  readonly sizes: PageSizes;

  private constructor(connection: Connection, sizes: PageSizes) {
    this.#connection = connection;
    this.sizes = sizes;
  }

  /** `null` where this build of SQLite does not show its pages. */
  static open(connection: Connection): PageFile | null {
    const shown = connection.scalar("SELECT 1 FROM pragma_module_list WHERE name = 'sqlite_dbpage'");
    if (shown === undefined) return null;
    const first = readPages(connection, [1]);
    return new PageFile(connection, { page: first.length, usable: first.length - first[RESERVED_AT]! });
  }

  /** The page a table's tree begins at. */
  rootOf(table: string): number {
    const { rows } = this.#connection.query(
      "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?",
      [table],
    );
    const root = Number(rows[0]?.[0] ?? 0);
    // Page 1 begins with the file's header, and 0 stands for a virtual table.
    if (rows.length !== 1 || root < 2) throw new Undecodable(`The table "${table}" has no tree of its own`);
    return root;
  }

  /** Pages by number, behind one another in the order asked for. */
  read(numbers: readonly number[]): Uint8Array {
    const bytes = readPages(this.#connection, numbers);
    if (bytes.length !== numbers.length * this.sizes.page) {
      throw new Undecodable("A page lies beyond the end of the file");
    }
    return bytes;
  }

  readOne(number: number): Uint8Array {
    return this.read([number]);
  }
}

/** The bytes of pages behind one another; of pages that are not there, none. */
function readPages(connection: Connection, numbers: readonly number[]): Uint8Array {
  const bytes = connection.row(PAGES, [JSON.stringify(numbers)])?.[0];
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(0);
}
