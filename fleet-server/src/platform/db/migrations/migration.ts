/**
 * One step of the schema. A room that needs tables adds `NNNN-<room>.ts` here with the next number, appends it to the
 * list in `index.ts`, and adds its `sqliteTable`s under `../tables/`; a test compares the two. What was released is never
 * edited: a change is a new migration. Statements use `integer`, `real`, `text` and `blob` only, in lower case, and no
 * DEFAULT clause (SQLite's Drizzle writes NULL where PostgreSQL's would write the default).
 */
export interface Migration {
  number: number;
  name: string;
  statements: readonly string[];
}
