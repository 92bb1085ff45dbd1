/** What a statement can begin with. */
export const STATEMENT_WORDS: readonly string[] = (
  "alter table,analyze,attach,begin,commit,create index,create table,create temp table,create trigger,create unique index," +
  "create view,create virtual table,delete from,detach,drop index,drop table,drop trigger,drop view,end,explain,explain query plan," +
  "insert into,insert or ignore into,insert or replace into,pragma,reindex,release,replace into,rollback,savepoint,select,update," +
  "vacuum,values,with,with recursive"
).split(",");

/** What may stand inside a statement, phrases whole. */
export const INNER_WORDS: readonly string[] = (
  "add column,all,and,as,asc,autoincrement,between,by,cascade,case,cast(,check,collate,constraint,cross join,current_date,current_time," +
  "current_timestamp,default,desc,distinct,do nothing,do update set,drop column,else,end,escape,except,exists,filter (where,for system_time as of,for system_time between,for system_time all,foreign key," +
  "from,full join,generated always as,glob,group by,having,if exists,if not exists,in,index,inner join,intersect,into,is not null,is null,join," +
  "key,left join,like,limit,materialized,natural join,not,not null,null,nulls first,nulls last,offset,on,on conflict,on delete,on update,or," +
  "order by,over (,partition by,primary key,references,rename column,rename to,returning,right join,rows between,select,set,table,then," +
  "union,union all,unique,using,values,view,when,where,window,with,without rowid"
).split(",");

/** Keywords a table's name follows. */
export const BEFORE_TABLE: ReadonlySet<string> = new Set(["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "REFERENCES"]);

/** Keywords that begin a clause: what a comma continues is decided by the nearest of them. */
export const CLAUSES: ReadonlySet<string> = new Set(
  "SELECT FROM JOIN WHERE GROUP ORDER HAVING LIMIT SET ON VALUES INTO USING WINDOW RETURNING PARTITION WITH".split(" "),
);

/** Keywords that the words given must follow. */
export const FORCED_WORDS: Readonly<Record<string, readonly string[]>> = {
  GROUP: ["by"],
  ORDER: ["by"],
  PARTITION: ["by"],
  INSERT: ["into", "or ignore into", "or replace into"],
  DELETE: ["from"],
};
