import { createVirtualClock } from '@plumbline/shared/testing';
import { packDiagnostics, type DiagnosticsRow } from '@plumbline/shared/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import { createIngest, lastAnswered, readDiagnostics, type Ingest } from '../index.ts';

const clock = createVirtualClock();
const NOISE = Array.from({ length: 30_000 }, (_, i) => ((i * 2_654_435_761) % 2 ** 32).toString(36)).join('');
let database: Database;
let ingest: Ingest;
beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  ingest = createIngest({ database, now: clock.now });
});
afterEach(async () => {
  await ingest.close();
  await database.close();
});

const rowsOf = (request: number, bundle: unknown, at = request) => packDiagnostics({ request, at }, bundle);
const take = (rows: DiagnosticsRow[], { stream = 'stream-one', from = 1, device = 'gw-1' } = {}) =>
  ingest.take({
    site: 'north',
    device,
    batch: { stream, class: 'diagnostics', rows: rows.map((row, i) => [from + i, row]) },
  });

describe('the diagnostics of a device', () => {
  it('are put together from their rows, by number or the newest', async () => {
    const first = rowsOf(1, { text: NOISE });
    expect(first.length).toBeGreaterThan(1);
    await take(first);
    await take(rowsOf(2, { text: 'short' }), { from: first.length + 1 });
    expect(await readDiagnostics(database.db, 'gw-1', 1)).toMatchObject({
      parts: first.length,
      bundle: { text: NOISE },
    });
    expect(await readDiagnostics(database.db, 'gw-1')).toEqual({
      request: 2,
      at: 2,
      parts: 1,
      bundle: { text: 'short' },
    });
    expect(await lastAnswered(database.db, 'gw-1')).toBe(2);
  });

  it('are not told before all parts are here, nor those of another device', async () => {
    const rows = rowsOf(1, { text: NOISE });
    await take(rows.slice(0, -1));
    await expect(readDiagnostics(database.db, 'gw-1')).rejects.toMatchObject({
      code: 'diagnostics_incomplete',
      kind: 'unavailable',
    });
    await expect(readDiagnostics(database.db, 'gw-2')).rejects.toMatchObject({
      code: 'diagnostics_unknown',
      field: 'device',
    });
    await expect(readDiagnostics(database.db, 'gw-1', 7)).rejects.toMatchObject({ field: 'request' });
    expect(await lastAnswered(database.db, 'gw-2')).toBe(0);
  });

  it('of a device that was wiped and answers the same number again are the newer ones, never a mixture', async () => {
    await take(rowsOf(1, { life: 1 }));
    await take(rowsOf(1, { life: 2 }, 9), { stream: 'stream-two' });
    expect(await readDiagnostics(database.db, 'gw-1')).toMatchObject({ at: 9, bundle: { life: 2 } });
  });
});
