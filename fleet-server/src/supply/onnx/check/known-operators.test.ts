import { InferenceSession } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { SINCE_BY_NAME, whyUnknown } from './known-operators.ts';
import { encodeModel } from '../codec/encode-model.ts';

/** A model that is nothing but this operator without inputs: what the runtime says of it tells whether it knows the name. */
async function isKnownToRuntime(domain: string, opType: string, version: number): Promise<boolean> {
  const bytes = encodeModel({
    irVersion: 10n,
    opsetImport: [{ domain, version: BigInt(version) }],
    metadataProps: [],
    functions: [],
    graph: {
      name: 'g',
      node: [{ name: 'n', opType, domain, input: [], output: ['y'], attribute: [] }],
      input: [],
      output: [{ name: 'y' }],
      initializer: [],
      valueInfo: [],
    },
  });
  try {
    await (await InferenceSession.create(bytes, { logSeverityLevel: 4 })).release();
    return true;
  } catch (error) {
    return !/No Op registered for|not a registered|deprecated/i.test(String(error));
  }
}

test('every operator is known and unknown at the versions at which ONNX Runtime says so', async () => {
  const disagreements: string[] = [];
  for (const [name, since] of SINCE_BY_NAME) {
    const [domain = '', opType = ''] = name.split('::');
    const newest = domain === 'ai.onnx' ? 26 : 5;
    for (const version of new Set([since - 1, since, 9, 10, 11, newest])) {
      if (version < 1 || version > newest) continue;
      const known = await isKnownToRuntime(domain, opType, version);
      if (known !== (whyUnknown(domain, opType, version) === undefined)) disagreements.push(`${name} at ${version}`);
    }
  }
  expect(disagreements).toEqual([]);
  expect(SINCE_BY_NAME.size).toBeGreaterThan(200);
});
