import { createVirtualClock } from '@plumbline/shared/testing';
import { photoRows } from '@plumbline/shared/wire';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import { createIngest, type Ingest } from '../ingest.ts';
import { readPhoto } from './photos.ts';

const photo = Uint8Array.from([0xff, 0xd8, 0xff, ...new Uint8Array(120_000)]);
const rows = photoRows(photo, 5);
const sha256 = rows[0]?.ref ?? '';
let database: Database;
let ingest: Ingest;

beforeEach(async () => {
  const clock = createVirtualClock();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  ingest = createIngest({ database, now: clock.now });
});
afterEach(async () => {
  await ingest.close();
  await database.close();
});

const send = (device: string, site: string, parts: readonly number[], from = 1) =>
  ingest.take({
    site,
    device,
    batch: { stream: `photos-of-${device}`, class: 'photos', rows: parts.map((part, i) => [from + i, rows[part]]) },
  });

it('a photo is there when its last part is, checked against its hash', async () => {
  await expect(readPhoto(database.db, 'north', sha256)).rejects.toMatchObject({ code: 'photo_unknown' });
  await send('tab-1', 'north', [0, 1]);
  await expect(readPhoto(database.db, 'north', sha256)).rejects.toMatchObject({ code: 'photo_incomplete' });
  await send('tab-1', 'north', [2], 3);
  expect(await readPhoto(database.db, 'north', sha256)).toEqual(photo);
});

it('is of its site alone, and two tablets may send the same', async () => {
  await send('tab-1', 'north', [0, 1]);
  await send('tab-2', 'north', [0, 1, 2]);
  expect(await readPhoto(database.db, 'north', sha256)).toEqual(photo);
  await expect(readPhoto(database.db, 'south', sha256)).rejects.toMatchObject({ code: 'photo_unknown' });
});

it('other bytes under its name are refused', async () => {
  const forged = rows.map((row) => ({ ...row, bytes: 'AAAA' }));
  const batch = { stream: 'photos-of-tab-3', class: 'photos' as const, rows: forged.map((row, i) => [i + 1, row]) };
  await ingest.take({ site: 'north', device: 'tab-3', batch: { ...batch, rows: batch.rows as [number, unknown][] } });
  await expect(readPhoto(database.db, 'north', sha256)).rejects.toMatchObject({ code: 'message_malformed' });
});
