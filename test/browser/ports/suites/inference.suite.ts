import { fromBase64 } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { createBrowserInference } from '../../../../agent/src/browser/models/browser-inference.ts';
import type { ProbedModel } from '../probed-models.ts';
import { inNode } from './bridge.ts';

const TOLERANCE = 1e-4;
const models = (await inNode('probedModels')) as ProbedModel[];

describe('ONNX Runtime as WebAssembly', () => {
  it('is asked with trees in both encodings and with int8', () => {
    const names = models.map(({ name }) => name).join();
    for (const wanted of ['tree ensemble, v3', 'tree ensemble, v5', 'int8']) expect(names).toContain(wanted);
  });

  it.each(models)(
    'answers 500 rows as on a gateway, within 1e-4: $name',
    async ({ model, input, output, ...probe }) => {
      const session = await createBrowserInference().load(fromBase64(model));
      const dims = [probe.rows.length / probe.columns, probe.columns];
      const feed = { name: input, dtype: 'float32', dims, data: Float32Array.from(probe.rows) } as const;
      const found = Array.from((await session.run([{ ...feed, dims }], [output]))[output]?.data ?? [], Number);
      await session.close();
      expect(found).toHaveLength(probe.answers.length);
      const worst = Math.max(...found.map((answer, n) => Math.abs(answer - (probe.answers[n] ?? Number.NaN))));
      expect(worst).toBeLessThanOrEqual(TOLERANCE);
    },
  );
});
