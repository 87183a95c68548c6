import { parseArgs } from 'node:util';
import type { Conformance, ConformanceInput } from './conformance.ts';

/**
 * `npm run conformance -- NAME [--vectors PATH]`: our code against what others have published. Ends with the line
 * `N passed, N failed`; exit code 0 only when nothing failed. For `tuf` the option may be called `--traces`.
 */
const SUITES: Record<string, () => Promise<{ run(input: ConformanceInput): Promise<Conformance> }>> = {
  tuf: () => import('./tuf.ts'),
  ed25519: () => import('./ed25519.ts'),
  jcs: () => import('./jcs.ts'),
  oms: () => import('./oms.ts'),
  mqtt: () => import('./mqtt.ts'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { vectors: { type: 'string' }, traces: { type: 'string' } },
});
const suite = SUITES[positionals[0] ?? ''];
if (suite === undefined || positionals.length !== 1) {
  console.error(`expected one of ${Object.keys(SUITES).join(', ')} [--vectors PATH]`);
  process.exitCode = 2;
} else {
  const vectors = values.traces ?? values.vectors;
  const { run } = await suite();
  const { passed, failed, lines } = await run(vectors === undefined ? {} : { vectors });
  for (const line of lines) console.log(line);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
