import assert from "node:assert/strict";
import Database from "libsql";
import { renderCaret, RheiError } from "../errors/mod.ts";
import { FALLBACK_KEYWORDS, JOIN_KEYWORDS, KEYWORDS } from "./keywords.ts";
import { parseSelect } from "./parse_select.ts";
import { printExpr } from "./print_query.ts";
import type { Expr, FromItem, Select, SelectItem } from "./tree.ts";

function select(sql: string): Select {
  const { body } = parseSelect(sql);
  assert.equal(body.kind, "select");
  return body as Select;
}

function itemOf(sql: string): Extract<SelectItem, { kind: "item" }> {
  const [item] = select(`select ${sql}`).columns;
  assert.equal(item?.kind, "item");
  return item as Extract<SelectItem, { kind: "item" }>;
}

const expr = (sql: string): Expr => itemOf(sql).expr;

const PRECEDENCE: readonly (readonly [sql: string, printed: string])[] = [
  ["a or b and c", "(a OR (b AND c))"],
  ["not a = b and c", "((NOT (a = b)) AND c)"],
  ["not not a", "(NOT (NOT a))"],
  ["a = not b = c", "(a = (NOT (b = c)))"],
  ["a = b < c & d + e * f || -g collate x", "(a = (b < (c & (d + (e * (f || ((-g) COLLATE x)))))))"],
  ["a - b - c", "(a - b - c)"],
  ["a - b + c", "((a - b) + c)"],
  ["a < b = c", "((a < b) = c)"],
  ["a is not b is c", "((a IS NOT b) IS c)"],
  ["a is distinct from b", "(a IS NOT b)"],
  ["a is not distinct from null", "(a IS NULL)"],
  ["a not null = 1", "((a IS NOT NULL) = 1)"],
  ["a = b isnull", "((a = b) IS NULL)"],
  ["a between b and c and d", "((a BETWEEN b AND c) AND d)"],
  ["a between not b and c = d", "((a BETWEEN (NOT b) AND c) = d)"],
  ["a like b || c escape d = e", "((a LIKE (b || c) ESCAPE d) = e)"],
  ["a not in (1) in (0)", "((a NOT IN (1)) IN (0))"],
  ["a in main.t", "(a IN (SELECT * FROM main.t))"],
  ["a in ((select 1))", `(a IN (SELECT 1 AS "1"))`],
  ["~a -> b ->> c", "(((~a) -> b) ->> c)"],
  ["(a, b) < (1, 2)", "((a, b) < (1, 2))"],
  ["- -9223372036854775808", "(-(-9223372036854775808))"],
  ["cast(a as decimal(10,-2))", "CAST(a AS decimal ( 10 , - 2 ))"],
  ["case a when b then c else d end is null", "(CASE a WHEN b THEN c ELSE d END IS NULL)"],
  ["count(*) filter (where a) over w", "count(*) FILTER (WHERE a) OVER w"],
];

Deno.test("parseSelect() applies SQLite's precedence", async (t) => {
  for (const [sql, printed] of PRECEDENCE) await t.step(sql, () => assert.equal(printExpr(expr(sql)), printed));
});

Deno.test("parseSelect() keeps the values of literals", () => {
  const values = [
    "1",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "0xFFFFFFFFFFFFFFFF",
    "1e3",
    "'a''b'",
  ]
    .map((sql) => {
      const literal = expr(sql);
      assert.equal(literal.kind, "literal");
      return "value" in literal && "value" in literal.value ? literal.value.value : undefined;
    });
  assert.deepEqual(values, [1n, 2n ** 63n - 1n, 2 ** 63, -(2n ** 63n), -1n, 1000, "a'b"].map((value) => value));
  assert.deepEqual(expr("x'00fF'"), {
    kind: "literal",
    value: { class: "blob", value: new Uint8Array([0, 255]) },
    start: 7,
    end: 14,
  });
});

Deno.test("parseSelect() gives every node the span of its text", () => {
  const sql = "select (a + 1) * f(b), not x from t as u where (c) between 1 and 2";
  const { columns, from, where } = select(sql);
  const text = (node: { start: number; end: number } | null | undefined): string => sql.slice(node?.start, node?.end);
  const [first, second] = columns as readonly Extract<SelectItem, { kind: "item" }>[];
  assert.equal(text(first?.expr), "(a + 1) * f(b)");
  assert.ok(first?.expr.kind === "binary");
  assert.deepEqual([text(first.expr.left), text(first.expr.right)], ["a + 1", "f(b)"]);
  assert.equal(text(second), "not x");
  assert.equal(text(from), "t as u");
  assert.equal(text(where), "(c) between 1 and 2");
});

Deno.test("parseSelect() numbers parameters in the order of the text", () => {
  const { limit, offset } = parseSelect("select ?, :a limit ?, :a");
  assert.deepEqual([offset, limit].map((node) => node?.kind === "parameter" && node.index), [3, 2]);
});

const FROM: readonly (readonly [sql: string, shape: string])[] = [
  ["a, b join c", "((a , b) inner c)"],
  ["a left join b on 1, c", "((a left b on) , c)"],
  ["a left join (b join c) using (x)", "(a left (b inner c) using)"],
  ["(a join b) cross join c", "((a inner b) cross c)"],
  ["a natural full outer join b", "(a natural full b)"],
  ["a left right join b on 1", "(a full b on)"],
  ["(a join b) as x, c", "((a inner b)=x , c)"],
  ["(a as x)", "a=x"],
  ["b, (a as x)", "(b , a)"],
  ["b, (a as x) as y", "(b , a=y)"],
  ["f(1) as g, (select 1) h", "(f()=g , ?=h)"],
];

function shape(item: FromItem): string {
  const alias = item.alias === undefined || item.alias === null ? "" : `=${item.alias.text}`;
  switch (item.kind) {
    case "table":
      return item.name.text + alias;
    case "tableFunction":
      return `${item.name.text}()${alias}`;
    case "subquery":
      return `?${alias}`;
    case "join": {
      const constraint = item.on !== null ? " on" : item.using !== null ? " using" : "";
      const operator = (item.natural ? "natural " : "") + (item.type === "comma" ? "," : item.type);
      return `(${shape(item.left)} ${operator} ${shape(item.right)}${constraint})${alias}`;
    }
  }
}

Deno.test("parseSelect() builds join trees as SQLite does", async (t) => {
  for (const [sql, expected] of FROM) {
    await t.step(sql, () => {
      const { from } = select(`select * from ${sql}`);
      assert.equal(from === null ? "" : shape(from), expected);
    });
  }
});

Deno.test("SelectItem.text is the name SQLite gives an expression without alias", () => {
  const db = new Database(":memory:");
  for (
    const sql of [
      "1+1",
      " 1 +\n 2 ",
      "'a'",
      "-1 /* c */",
      "1 -- c\n",
      "1 /* c */ + 2, 3",
      "(((1)))",
      "max(1,\t2) \v",
      "?",
      "x'00'",
    ]
  ) {
    const [column] = db.prepare(`select ${sql}`).columns();
    assert.equal(itemOf(sql).text, column?.name, sql);
  }
  db.close();
});

Deno.test("parseSelect() takes for a name exactly the keywords SQLite takes", () => {
  const db = new Database(":memory:");
  const templates = [
    "select 1 as $",
    "select 1 $",
    'select $ from (select 1 as "$")',
    "select 1 from (select 1) $",
    "select $.a from (select 1 as a) as $",
  ];
  for (const keyword of KEYWORDS) {
    for (const template of templates) {
      const sql = template.replaceAll("$", keyword);
      const accepted = (run: () => unknown): boolean => {
        try {
          run();
          return true;
        } catch {
          return false;
        }
      };
      assert.equal(accepted(() => parseSelect(sql)), accepted(() => db.prepare(sql)), sql);
    }
  }
  assert.ok([...FALLBACK_KEYWORDS, ...JOIN_KEYWORDS].every((keyword) => KEYWORDS.has(keyword)));
  db.close();
});

const ERRORS: readonly (readonly [sql: string, message: string, caret: string, hint?: string])[] = [
  ["selct 1", `unexpected "selct"`, "selct", `did you mean "select"?`],
  ["select a, b form t where x = 1", `unexpected "form"`, "form", `did you mean "from"?`],
  ["SELECT a FROM t WHRE x = 1", `unexpected "WHRE"`, "WHRE", `did you mean "WHERE"?`],
  ["select a from t group bt a", `unexpected "bt"`, "bt", `did you mean "by"?`],
  ["select a from t order by a dsc limit 1", `unexpected "dsc"`, "dsc"],
  ["select a,, b", `unexpected ","`, ","],
  ["select a from", "unexpected end of the statement", ""],
  ["select (1", "unexpected end of the statement", ""],
  ["select 1)", `unexpected ")"`, ")"],
  ["select a from t where", "unexpected end of the statement", ""],
  ["select case when 1 end", `unexpected "end"`, "end"],
  ["insert into t values (1)", `unexpected "insert"`, "insert"],
  ["", "unexpected end of the statement", ""],
  ["select 1; select 2", "a second statement follows the first", "select"],
  ["values (1) order by 1", `unexpected "order"`, "order"],
  ["select 1 order by 1 union select 2", "ORDER BY comes after UNION, not before", "union"],
  ["select 1 limit 1 union select 2", "LIMIT comes after UNION, not before", "union"],
  ["select * from a natural foo join b", `unknown join type "natural foo"`, "natural foo"],
  ["select * from a inner left join b", `unknown join type "inner left"`, "inner left"],
  ["select * from a outer join b", `unknown join type "outer"`, "outer"],
  ["select * from a natural join b on 1", "a NATURAL join takes neither ON nor USING", "on"],
  ["select * from a on 1", "a JOIN is required before ON", "on"],
  [
    "select 0x10000000000000000",
    "a hexadecimal literal holds at most 16 digits, leading zeros aside",
    "0x10000000000000000",
  ],
  ["select -0x8000000000000000", "this hexadecimal literal cannot be negated", "-0x8000000000000000"],
  [
    "select sum(a) over (rows between current row and 1 preceding) from t",
    "the frame ends before it starts",
    "1 preceding",
  ],
  ["select ?0", "a parameter's number lies between ?1 and ?32766", "?0"],
  ["select a\nfrom t\nwhere a ==== 1", `unexpected "=="`, "=="],
  ["select current_time.a", `unexpected "."`, "."],
];

Deno.test("parseSelect() points at what is wrong", async (t) => {
  for (const [sql, message, caret, hint] of ERRORS) {
    await t.step(sql, () => {
      assert.throws(() => parseSelect(sql), (error) => {
        assert.ok(error instanceof RheiError);
        assert.equal(error.code, "SQL_SYNTAX");
        assert.equal(error.message, `Cannot parse SQL: ${message}`);
        assert.equal(sql.slice(error.pointer?.start, error.pointer?.end), caret);
        assert.equal(error.hint, hint);
        return true;
      });
    });
  }
});

Deno.test("parseSelect() gives carets for a long statement's line", () => {
  assert.throws(() => parseSelect("select a\nfrom t\nwhere a = = 1"), (error) => {
    assert.ok(error instanceof RheiError && error.pointer !== undefined);
    assert.equal(renderCaret(error.pointer), "line 3: where a = = 1\n                  ^");
    return true;
  });
});

Deno.test("parseSelect() refuses what exceeds SQLite's limits, without exhausting the stack", async (t) => {
  const nested = (open: string, close: string, levels: number): string =>
    `select ${open.repeat(levels)}1${close.repeat(levels)}`;
  const cases: readonly (readonly [name: string, sql: string])[] = [
    ["parentheses", nested("(", ")", 100_000)],
    ["subqueries", nested("(select ", ")", 20_000)],
    ["prefix operators", nested("- ", "", 100_000)],
    ["CASE", nested("case when 1 then ", " end", 20_000)],
    ["function calls", nested("abs(", ")", 100_000)],
    ["FROM", `select * from ${"(".repeat(50_000)}t${")".repeat(50_000)}`],
    ["right operands", `select ${"1 + (".repeat(50_000)}1${")".repeat(50_000)}`],
    ["a chain of operators", `select ${Array(1001).fill("1").join(" + ")}`],
    ["a compound", Array(501).fill("select 1").join(" union all ")],
    ["joined tables", `select * from ${Array(201).fill("t").join(", ")}`],
  ];
  for (const [name, sql] of cases) {
    await t.step(name, () => {
      const db = new Database(":memory:");
      assert.throws(() => parseSelect(sql), { code: "SQL_SYNTAX" });
      assert.throws(() => db.prepare(sql));
      db.close();
    });
  }
});

Deno.test("parseSelect() takes what just keeps within SQLite's limits", () => {
  const db = new Database(":memory:");
  const parentheses = `select ${"(".repeat(90)}1${")".repeat(90)}`;
  const chain = `select ${Array(1000).fill("1").join(" + ")}`;
  const compound = Array(500).fill("select 1").join(" union all ");
  for (const sql of [parentheses, chain, compound]) {
    parseSelect(sql);
    db.prepare(sql);
  }
  db.close();
});
