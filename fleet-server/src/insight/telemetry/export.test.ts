import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { createVirtualClock } from '@plumbline/shared/testing';
import { expect, it } from 'vitest';
import { openDatabase } from '../../platform/db/index.ts';
import { exportPage, type RowCursor } from './export.ts';

const START: RowCursor = { stream: '', seq: 0 };
const LATER: RowCursor = { stream: 'stream-1', seq: 7 };

it('a row is found by its reference without a scan or a sort, on every page', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-export-'));
  const file = join(folder, 'fleet.db');
  const database = await openDatabase({ url: `sqlite:${file}`, clock: createVirtualClock() });
  const sqlite = new Sqlite(file, { readonly: true });
  try {
    for (const after of [START, LATER]) {
      const { sql, params } = exportPage(database.db, after, 100, { ref: 'note 12' }).toSQL();
      const plan = sqlite.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`).all(...params);
      expect(plan.map(({ detail }) => detail)).toEqual([
        expect.stringContaining('SEARCH telemetry USING INDEX telemetry_by_ref (ref=?'),
      ]);
    }
  } finally {
    sqlite.close();
    await database.close();
    await rm(folder, { recursive: true });
  }
});
