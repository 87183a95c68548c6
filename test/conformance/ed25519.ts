import { readFile } from 'node:fs/promises';
import { vectorsPath, type Conformance, type ConformanceInput } from './conformance.ts';
import { judgeEd25519 } from './ed25519-cases.ts';

/** The Ed25519 cases of Wycheproof: what must hold holds, and what must not does not. */
export async function run({ vectors }: ConformanceInput = {}): Promise<Conformance> {
  const path = vectors ?? vectorsPath('wycheproof-ed25519_test.json');
  const judged = judgeEd25519(JSON.parse(await readFile(path, 'utf8')));
  const wrong = judged.filter(({ isRight }) => !isRight);
  return {
    passed: judged.length - wrong.length,
    failed: wrong.length,
    lines: wrong.map(({ name }) => `${name}: our verifier says the contrary`),
  };
}
