import { toDouble, withoutBoolean, withoutNan } from "./coercions.ts";
import { textSql } from "./literals.ts";
import { fixedText } from "./round.ts";
import { decline, isNumeric, SQL_NULL, type SqlValue, value } from "./sql_value.ts";
import { textOf } from "./text.ts";

const CONVERSION = /%(?:(%)|(0?[1-9]?\d?)d|(s)|\.([1-9])f)/y;

/** printf() and format() with a constant format of `%d` (with a width), `%s`, `%.2f` and `%%`. */
export function printfSql(name: string, [format, ...args]: readonly SqlValue[]): SqlValue {
  if (format === undefined || format.rep === "null") return SQL_NULL;
  const text = format.constant?.value;
  if (typeof text !== "string") return decline("function", `${name}() with a format that is not a constant`);
  const parts: string[] = [];
  let next = 0;
  for (let at = 0; at < text.length;) {
    const percent = text.indexOf("%", at);
    if (percent !== at) {
      const end = percent < 0 ? text.length : percent;
      parts.push(textSql(text.slice(at, end)));
      at = end;
      continue;
    }
    CONVERSION.lastIndex = at;
    const match = CONVERSION.exec(text);
    if (match === null) return decline("function", `${name}() with the format ${text}`);
    at = CONVERSION.lastIndex;
    parts.push(match[1] === "%" ? "'%'" : converted(name, match, args[next++] ?? SQL_NULL));
  }
  return value("text", parts.length === 0 ? "''" : `(${parts.join(" || ")})`);
}

function converted(name: string, [, , width, isText, digits]: RegExpExecArray, argument: SqlValue): string {
  const plain = withoutNan(withoutBoolean(argument));
  if (isText !== undefined) return `coalesce(${textOf(plain)}, '')`;
  if (plain.rep !== "null" && !isNumeric(plain.rep)) return decline("type", `${name}() of ${plain.rep} as a number`);
  if (digits !== undefined) {
    const number = plain.rep === "null" ? "0e0" : `coalesce(${toDouble(plain)}, 0e0)`;
    return fixedText(number, Number(digits));
  }
  if (plain.rep !== "null" && plain.rep !== "integer") {
    return decline("type", `${name}() of ${plain.rep} as an integer`);
  }
  return `printf('%${width}d', ${plain.rep === "null" ? "0::BIGINT" : `coalesce(${plain.sql}, 0)`})`;
}
