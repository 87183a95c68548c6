import { blob, integer, real, sqliteTable, text } from '../../fleet-server/src/platform/db/drizzle.ts';
import { migrations, type Migration } from '../../fleet-server/src/platform/db/migrations/index.ts';

/** A table with every type that both dialects share. */
export const samples = sqliteTable('samples', {
  id: integer('id').primaryKey(),
  site: text('site').notNull(),
  ratio: real('ratio').notNull(),
  body: blob('body').$type<Uint8Array>().notNull(),
  note: text('note'),
});

/** The project's own migrations and one more. */
export const history: readonly Migration[] = [
  ...migrations,
  {
    number: migrations.length + 1,
    name: 'samples',
    statements: [
      `create table samples (
        id integer primary key,
        site text not null,
        ratio real not null,
        body blob not null,
        note text
      )`,
    ],
  },
];
