import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { eventually, tinyScore, type Device } from '../harness/index.ts';

export const RECORD = { values: { a: 0.5, b: 1 }, asOf: 0 };
/** Trust, refusals and a started download may leave this much; the log of SQLite grows to 4 MB by itself. */
const MAX_GROWTH_BYTES = 5_000_000;

/** What an attack must leave as it was. */
export interface Evidence {
  version: string;
  bias: number;
  /** SHA-256 by path below the slots. */
  slots: Record<string, string>;
  diskBytes: number;
}

/** Taken before the attack. @param bias of the `tinyModel` that runs */
export async function takeEvidence(device: Device, version: string, bias: number): Promise<Evidence> {
  await expectAnswers(device, version, bias);
  return { version, bias, slots: await slotHashes(device), diskBytes: await bytesBelow(device.folder) };
}

/** The old model answers from the same bytes, and the disk did not fill. */
export async function expectUnharmed(device: Device, before: Evidence): Promise<void> {
  await expectAnswers(device, before.version, before.bias);
  expect(await slotHashes(device)).toEqual(before.slots);
  expect(await bytesBelow(device.folder)).toBeLessThan(before.diskBytes + MAX_GROWTH_BYTES);
}

export async function expectAnswers(device: Device, version: string, bias: number): Promise<void> {
  const { a, b } = RECORD.values;
  const [prediction] = await device.agent.predict([RECORD], { line: 'delay' });
  expect(prediction).toMatchObject({ version, score: expect.closeTo(tinyScore(bias, a, b), 6) });
}

/** Waits until the device has told, since its event number `from`, why it refused. */
export async function refuses(device: Device, code: string, from: number): Promise<void> {
  await eventually(`${device.name} refuses with ${code}`, () => {
    const since = device.events.slice(from);
    const codes = since.flatMap(({ code: what, details }) => {
      if (what === 'assignment_refused') return [details['reason']];
      return what === 'model_declined' ? [String(details['detail']).split(':')[0]] : [];
    });
    if (!codes.includes(code)) throw new Error(JSON.stringify(since));
    return true;
  });
}

/** SHA-256 of every file in the slots, by path. */
export async function slotHashes(device: Device): Promise<Record<string, string>> {
  const folder = join(device.folder, 'files/slots');
  const hashes: Record<string, string> = {};
  for (const path of await filesBelow(folder)) {
    hashes[path] = createHash('sha256')
      .update(await readFile(join(folder, path)))
      .digest('hex');
  }
  return hashes;
}

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  // A journal that SQLite has just removed counts nothing.
  for (const path of await filesBelow(folder))
    bytes += await stat(join(folder, path)).then(
      ({ size }) => size,
      () => 0,
    );
  return bytes;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).toSorted();
}
