import assert from "node:assert/strict";
import { complete, type CompletionCatalog } from "./complete.ts";

const CATALOG: CompletionCatalog = {
  tables: [
    { name: "Artist", columns: ["ArtistId", "Name"] },
    { name: "Album", columns: ["AlbumId", "Title", "ArtistId"] },
    { name: "order details", columns: ["Id", "unit price"] },
    { name: "größe", columns: ["wert"] },
    { name: "group", columns: ["id"] },
  ],
  parameters: [":id", ":since", "?1"],
  functions: ["count", "coalesce", "sum"],
  files: (beginning) => ["data/", "my file.sql", "setup.sql"].filter((name) => name.startsWith(beginning)),
};

/** Completes at the `|` of the text. */
function at(text: string): { candidates: readonly string[]; replaced: string } {
  const cursor = text.indexOf("|");
  return complete(text.replace("|", ""), cursor, CATALOG);
}

const TABLES = ['"group"', '"order details"', "Album", "Artist", "größe"];

Deno.test("complete() offers what may stand at the cursor", () => {
  const cases: [name: string, text: string, candidates: string[], replaced: string][] = [
    ["statements", "sel|", ["select"], "sel"],
    ["the case typed", "SEL|", ["SELECT"], "SEL"],
    ["phrases", "insert o|", ["or ignore into", "or replace into"], "o"],
    ["a statement after another", "select 1; del|", ["delete from"], "del"],
    ["what must follow", "select 1 from artist order |", ["by"], ""],
    ["tables after from", "select * from |", TABLES, ""],
    ["tables begun in another case", "select * from al|", ["Album"], "al"],
    ["tables after join", "select * from Artist join a|", ["Album", "Artist"], "a"],
    ["tables after a comma of from", "select * from Artist a, al|", ["Album"], "al"],
    ["tables in a subquery", "select (select 1 from al|", ["Album"], "al"],
    ["tables on later lines", "select *\nfrom al|", ["Album"], "al"],
    ["tables to write to", "insert into al|", ["Album"], "al"],
    ["tables to update", "update ar|", ["Artist"], "ar"],
    ["names that need quotes", "select * from ord|", ['"order details"'], "ord"],
    ["names in begun quotes", 'select * from "Ar|', ['"Artist"'], '"Ar'],
    ["names in begun brackets", "select * from [order d|", ["[order details]"], "[order d"],
    ["names beyond ASCII", "select * from gr|", ['"group"', "größe"], "gr"],
    ["columns after an alias", "select a.| from Artist a", ["ArtistId", "Name"], ""],
    ["columns after a table", "select Album.t| from Album", ["Title"], "t"],
    ["columns after a table not in from yet", "select Album.t|", ["Title"], "t"],
    ["columns after AS", "select x.n| from Artist as x", ["Name"], "n"],
    ["columns of a quoted table", 'select d.| from "order details" d', ['"unit price"', "Id"], ""],
    ["tables after a schema", "select * from main.al|", ["Album"], "al"],
    ["nothing after an unknown name", "select q.|", [], ""],
    ["columns in scope, from after the cursor", "select ti| from Album", ["Title"], "ti"],
    ["columns of all joined tables", "select ar| from Album join Artist on 1", ["ArtistId", "Artist"], "ar"],
    ["all columns without a letter", "select | from Artist", ["ArtistId", "Name"], ""],
    ["nothing endless", "select |", [], ""],
    ["functions", "select su|", ["sum("], "su"],
    ["keywords", "select * from Artist wh|", ["when", "where"], "wh"],
    ["columns of an insert", "insert into Album (AlbumId, |", ["AlbumId", "ArtistId", "Title"], ""],
    ["columns to set", "update Artist set n|", [
      "Name",
      "natural join",
      "not",
      "not null",
      "null",
      "nulls first",
      "nulls last",
    ], "n"],
    ["columns of an index", "create index i on Album (t|", ["Title"], "t"],
    ["columns of a common table", "with c(x, y) as (select 1, 2) select c.| from c", ["x", "y"], ""],
    ["periods after for", "select * from Album for |", [
      "system_time as of",
      "system_time between",
      "system_time all",
    ], ""],
    ["periods after for system_time", "select * from Album for system_time |", ["as of", "between", "all"], ""],
    ["a period begun", "select * from Album FOR SYSTEM_TIME A|", ["AS OF", "ALL"], "A"],
    ["of after for system_time as", "select * from Album for system_time as |", ["of"], ""],
    ["each row in a trigger", "create trigger r after insert on Album for |", ["each row"], ""],
    ["an alias behind a period", "select o.ti| from Album for system_time as of '2026-01-01' o", ["Title"], "ti"],
    [
      "an alias before a period, and a table after it",
      "select n.| from Album a for system_time between date('now', '-1 day') and ?1 || 'Z' join Artist as n",
      ["ArtistId", "Name"],
      "",
    ],
    ["what versions have besides", "select _rhei_v| from Album for system_time all", [
      "_rhei_valid_from",
      "_rhei_valid_to",
    ], "_rhei_v"],
    ["nothing in a string", "select 'al|", [], ""],
    ["nothing in a line comment", "select 1 -- al|", [], ""],
    ["nothing in a block comment", "select /* al|", [], ""],
    ["what follows a closed string", "select 'a' fr|", ["from"], "fr"],
  ];
  for (const [name, text, candidates, replaced] of cases) {
    const found = at(text);
    assert.deepEqual(found.candidates, candidates, name);
    if (candidates.length > 0) assert.equal(found.replaced, replaced, name);
  }
});

Deno.test("complete() offers dot commands and their arguments", () => {
  const cases: [text: string, candidates: string[], replaced: string][] = [
    [".ta|", [".tables"], ".ta"],
    ["  .ti|", [".timer"], ".ti"],
    [".mode |", [
      "box",
      "csv",
      "tsv",
      "json",
      "jsonl",
      "markdown",
      "line",
      "table",
      "column",
      "list",
      "quote",
      "insert",
      "html",
      "off",
    ], ""],
    [".mode js|", ["json", "jsonl"], "js"],
    [".mode json |", [], ""],
    [".timer o|", ["on", "off"], "o"],
    [".schema al|", ["Album"], "al"],
    [".schema ord|", ["'order details'"], "ord"],
    [".read |", ["data/", "'my file.sql'", "setup.sql"], ""],
    [".read 'my|", ["'my file.sql'"], "'my"],
    [".import setup.sql al|", ["Album"], "al"],
    [".import 'my file.sql' al|", ["Album"], "al"],
    [".help sy|", ["sync"], "sy"],
    [".track Artist al|", ["Album"], "al"],
    [".explain o|", ["on", "off"], "o"],
    [".explain select * from al|", ["Album"], "al"],
    [".explain select 'it''s', a.| from Artist a", [], ""],
    [".explain select 'it''s', Artist.n|", ["Name"], "n"],
    [".export out.csv select * from al|", ["Album"], "al"],
    [".param s|", ["set"], "s"],
    [".param set |", [":id", ":since", "?1"], ""],
    [".param unset :s|", [":since"], ":s"],
    [".param set :id cou|", ["count("], "cou"],
    [".param set :id 'cou|", [], ""],
    [".unknown a|", [], "a"],
  ];
  for (const [text, candidates, replaced] of cases) {
    const found = at(text);
    assert.deepEqual(found.candidates, candidates, text);
    if (candidates.length > 0) assert.equal(found.replaced, replaced, text);
  }
});

Deno.test("complete() never throws on half-typed text", () => {
  const text =
    `with c(x) as (select "a b", [q], 'str' || x'00' from main."order details" /* c */ where a.b in (?1, :n)) -- end\n;.`;
  for (let cursor = 0; cursor <= text.length; cursor++) {
    complete(text, cursor, CATALOG);
    complete(text.slice(0, cursor), cursor, CATALOG);
    complete(`.explain ${text.slice(0, cursor)}`, 9 + cursor, CATALOG);
    complete(`.import '${text.slice(0, cursor)}`, 9 + cursor, CATALOG);
  }
});
