/**
 * Another program that writes to the database, knowing nothing of rhei.
 *
 *     foreign_writer.ts FILE TRANSACTIONS
 */
import process from "node:process";
import Database from "libsql";

const [file = "", transactions = "0"] = process.argv.slice(2);
const database = new Database(file, { timeout: 5 });
database.exec("pragma busy_timeout = 5000");
const insert = database.prepare("insert or replace into t values (?, ?)");
for (let n = 0; n < Number(transactions); n++) {
  database.exec("begin immediate");
  for (let row = 0; row < 20; row++) insert.run([(n * 7 + row) % 300, `foreign ${n}`]);
  database.exec(`delete from t where id = ${n % 300}`);
  database.exec("commit");
  if (n === 10) {
    database.exec("create table foreign_made(a unique); insert into foreign_made values ('before tracking')");
  }
  if (n > 10) database.exec(`replace into foreign_made values ('${n % 13}')`);
  process.stdout.write(`${n}\n`);
}
database.close();
