import { photoOf, photoType, type PhotoRow } from '@plumbline/shared/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EntryInput } from '../index.ts';
import { assignTo, FIRST_RELEASE, QUICK } from '../testing/installed-device.ts';
import { createTestDevice, type TestDevice } from '../testing/test-device.ts';

let device: TestDevice;
beforeEach(async () => {
  device = await createTestDevice();
  await device.start();
});
afterEach(() => device.agent().stop());

const record = (entry: Partial<EntryInput>) =>
  device.agent().recordEntry({ activity: 'pour slab', actor: 'ada', ...entry } as EntryInput);
const seen = () => device.agent().activities()[0];
const photo = Uint8Array.from([0xff, 0xd8, 0xff, ...new Uint8Array(150_000)]);

describe('what a person on site has to say', () => {
  it('progress replaces progress, and one written without knowing of another stands beside it', async () => {
    const first = await record({ field: 'progress', value: { percentComplete: 20 } });
    await record({ field: 'progress', value: { percentComplete: 50, cause: 'weather' } });
    expect(seen()).toMatchObject({ progress: { percentComplete: 50, cause: 'weather' }, conflicts: [] });
    await device.pass(1000);
    await record({ field: 'progress', value: { percentComplete: 40 }, base: first.id });
    expect(seen()?.progress?.percentComplete).toBe(40);
    expect(seen()?.conflicts.map(({ value }) => value)).toMatchObject([{ percentComplete: 50 }]);
  });

  it('notes stand beside each other, the newest first, and contradict nobody', async () => {
    await record({ field: 'note', value: { text: 'no formwork yet' } });
    await device.pass(1000);
    const second = await record({ field: 'note', value: { text: 'formwork came' } });
    expect(seen()?.notes.map(({ value }) => value)).toEqual([{ text: 'formwork came' }, { text: 'no formwork yet' }]);
    await record({ field: 'note', value: { text: 'formwork came at noon' }, base: second.id });
    expect(seen()).toMatchObject({ notes: [{ value: { text: 'formwork came at noon' } }, {}], conflicts: [] });
  });

  it('a photo is durable with its note, travels after everything else and arrives whole, once', async () => {
    device.broker.setUp(false);
    device.broker.drop();
    const { value } = await record({ field: 'note', value: { text: 'crack' }, photo, ref: 'n-1' });
    expect(value).toMatchObject({ photo: { sizeBytes: photo.length } });
    await device.crash();
    expect(await record({ field: 'note', value: { text: 'crack' }, photo, ref: 'n-1' })).toMatchObject({ value });
    device.broker.setUp(true);
    await device.pass(120_000);
    const rows = device.server.rows('photos').flatMap(([, row]): PhotoRow[] => (row.kind === 'photo' ? [row] : []));
    expect(rows.map(({ part }) => part)).toEqual([0, 1, 2, 3]);
    expect(photoOf(rows)).toEqual(photo);
    expect(photoType(photoOf(rows))).toBe('image/jpeg');
    expect(device.agent().state().outbox.photos).toMatchObject({ waiting: 0, acked: 4 });
  });

  it('a photo that does not fit is refused whole, and what fits is taken', async () => {
    await assignTo(device, 1, FIRST_RELEASE, { settings: { ...QUICK, outboxBytes: 300_000 } });
    await device.pass(2000);
    device.broker.setUp(false);
    device.broker.drop();
    const before = device.agent().state().outbox;
    await expect(record({ field: 'note', value: { text: 'crack' }, photo })).rejects.toMatchObject({
      code: 'store_full',
      field: 'outboxBytes',
    });
    expect(seen()).toBeUndefined();
    expect(device.agent().state().outbox.entries).toEqual(before.entries);
    await record({ field: 'note', value: { text: 'crack, no photo' } });
    expect(seen()?.notes).toHaveLength(1);
  });

  it.each<[string, Partial<EntryInput>, string]>([
    ['more than all of it done', { field: 'progress', value: { percentComplete: 101 } }, 'value.percentComplete'],
    ['no activity', { activity: '', field: 'note', value: { text: 'x' } }, 'activity'],
    ['a page for a photo', { field: 'note', value: { text: 'x' }, photo: new TextEncoder().encode('<p>') }, 'photo'],
    ['a hash that is none', { field: 'feedback', value: { helped: true, line: 'delay', sha256: 'x' } }, 'value.sha256'],
  ])('%s is refused by its field, and nothing of it is kept', async (_, entry, field) => {
    await expect(record(entry)).rejects.toMatchObject({ field });
    expect(device.agent().activities()).toEqual([]);
    expect(device.agent().state().outbox.entries.lastSeq).toBe(0);
  });

  it('a reference stands for one entry, whatever its field', async () => {
    const first = await record({ field: 'progress', value: { percentComplete: 20 }, ref: 'p-1' });
    await device.pass(5000);
    expect(await record({ field: 'progress', value: { percentComplete: 20 }, ref: 'p-1' })).toEqual(first);
    await expect(record({ field: 'progress', value: { percentComplete: 25 }, ref: 'p-1' })).rejects.toMatchObject({
      code: 'ref_conflict',
      message: expect.stringContaining('percentComplete') as string,
    });
    await expect(record({ field: 'note', value: { text: 'x' }, ref: 'p-1' })).rejects.toMatchObject({
      code: 'ref_conflict',
    });
  });
});
