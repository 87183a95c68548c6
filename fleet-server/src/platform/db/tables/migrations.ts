import { integer, sqliteTable, text } from '../drizzle.ts';

/** Migrations this database has been through. */
export const appliedMigrations = sqliteTable('migrations', {
  number: integer('number').primaryKey(),
  name: text('name').notNull(),
  appliedAt: integer('applied_at').notNull(),
});
