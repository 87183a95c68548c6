import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { vectorsPath } from './conformance.ts';
import { run as ed25519 } from './ed25519.ts';
import { run as jcs } from './jcs.ts';
import { run as oms } from './oms.ts';
import { run as tuf } from './tuf.ts';

const folder = vectorsPath('');
const isAbsent = !existsSync(folder);
if (isAbsent && process.env['PLUMBLINE_REQUIRE_SHARED'] === '1') {
  throw new Error(`PLUMBLINE_REQUIRE_SHARED is 1 and ${folder} does not exist`);
}
const why = isAbsent ? ` (skipped: no vectors at ${folder}, set PLUMBLINE_SHARED)` : '';

describe.skipIf(isAbsent)(`what others have published${why}`, () => {
  it('of The Update Framework: every recorded call is answered alike, with the same trust store afterwards', async () => {
    expect(await tuf()).toEqual({ passed: 168, failed: 0, lines: [], tests: 66 });
  });

  it.each([
    ['Wycheproof Ed25519', ed25519, 151],
    ['RFC 8785', jcs, 6],
    ['OpenSSF Model Signing v1.0', oms, 16],
  ])('%s: every case', async (_, run, count) => {
    expect(await run()).toMatchObject({ passed: count, failed: 0, lines: [] });
  });
});
