import { describe, expect, it } from 'vitest';
import { judgeEd25519, type WycheproofFile } from '../../../conformance/ed25519-cases.ts';
import { inNode } from './bridge.ts';

describe('Wycheproof', () => {
  it('says of every case of Ed25519 what our verifier says', async () => {
    const judged = judgeEd25519((await inNode('wycheproof')) as WycheproofFile);
    expect(judged.filter(({ isRight }) => !isRight)).toEqual([]);
    expect(judged).toHaveLength(151);
  });
});
