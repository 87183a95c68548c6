import { deepStrictEqual } from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalBytes, parseCanonical } from '@plumbline/shared/trust';
import { createTally, vectorsPath, type Conformance, type ConformanceInput } from './conformance.ts';

/** The vectors of RFC 8785: every `in_*.json` has the canonical form `out_*.json`, and that form is read back. */
export async function run({ vectors }: ConformanceInput = {}): Promise<Conformance> {
  const folder = vectors ?? vectorsPath('rfc8785');
  const tally = createTally();
  for (const name of (await readdir(folder)).toSorted()) {
    if (!name.startsWith('in_')) continue;
    const value: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
    const published = new Uint8Array(await readFile(join(folder, name.replace('in_', 'out_'))));
    await tally.check(name, () => {
      deepStrictEqual(canonicalBytes(value), published);
      deepStrictEqual(parseCanonical(published, name), value);
    });
  }
  return tally;
}
