import { tablesMatching } from "./catalogue_commands.ts";
import type { MetaCommand } from "./meta_command.ts";
import { commandError } from "./command_error.ts";

const FORMATS = "The file's ending chooses the format: CSV, TSV, JSON, JSON Lines, Parquet or Arrow.";

/** Commands that read and write files and dumps. */
export const FILE_COMMANDS: readonly MetaCommand[] = [
  {
    name: "read",
    parameters: [{ name: "FILE", accepts: { kind: "file" } }],
    summary: "run a script of SQL and dot commands",
    details: ["The script stops at its first error, unless .bail is off."],
    run: (session, [path = ""]) => session.runScript(path),
  },
  {
    name: "import",
    parameters: [{ name: "FILE", accepts: { kind: "file" } }, { name: "TABLE", accepts: { kind: "table" } }],
    summary: "load a file of rows into a table",
    details: [
      FORMATS,
      "A missing table is made. All of the file is loaded, or nothing. In an open transaction it is part of that.",
    ],
    run: (session, [path = "", table = ""]) => session.importFile(path, table),
  },
  {
    name: "export",
    parameters: [
      { name: "FILE", accepts: { kind: "file" } },
      { name: "SQL", accepts: { kind: "rest" }, optional: true },
    ],
    summary: "write rows of SQL, or of the last query, to a file",
    details: [FORMATS, "Without SQL the last query is run again."],
    examples: [".export totals.csv select status, sum(total) from orders group by 1"],
    async run(session, [path = "", sql]) {
      const query = sql ?? session.lastQuery;
      if (query === null) {
        throw commandError(`Cannot export to "${path}": no query has been run yet`, ".export FILE SQL names the query");
      }
      await session.exportRows(query, path);
    },
  },
  {
    name: "dump",
    parameters: [{ name: "PATTERN", accepts: { kind: "table" }, optional: true }],
    summary: "print SQL that makes the tables and their rows anew",
    details: [
      "PATTERN is matched with table names as LIKE does. Nothing of rhei is printed: the SQL is for any SQLite.",
      "Rowids are kept where an INTEGER PRIMARY KEY names them and in full-text tables; elsewhere rows are numbered anew.",
      "A full-text table without content or over another table's content comes with its index, which cannot be",
      "read back where SQLite is in its defensive mode.",
      ".output or .once before it sends it to a file.",
    ],
    examples: [".once backup.sql", ".dump", ".dump order%"],
    async run(session, [pattern]) {
      // An empty dump could be taken for a backup.
      await tablesMatching(session, pattern);
      await session.dump(pattern ?? "%");
    },
  },
];
