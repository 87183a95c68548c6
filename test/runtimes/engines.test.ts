import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPorts } from '../browser/ports/check-ports.ts';
import { vectorsPath } from '../conformance/conformance.ts';
import { ENGINES } from '../harness/engines/index.ts';
import { required, skipReason } from '../harness/services/index.ts';
import { summary } from './core-suites/run-suites.ts';
import { selectSignaturesAndNumbers } from './core-suites/select-suites.ts';

const portSuite = (port: string) => `test/browser/ports/suites/${port}.suite.ts`;
const hasVectors = existsSync(vectorsPath('wycheproof-ed25519_test.json'));
/** Storage without room, trials of hostile models, the link, and whole lives of a tablet: `npm run soak -- engines`. */
const PORTS = ['store', 'files', 'database-files', 'crypto', 'inference', ...(hasVectors ? ['wycheproof'] : [])];

// Chromium has its own files: ../browser and core-suites.test.ts.
for (const kind of ENGINES.filter(({ name }) => name !== 'chromium')) {
  const absent = skipReason(kind.find());
  describe.skipIf(absent !== undefined)(
    `signatures, storage and numbers in ${kind.name}${absent === undefined ? '' : ` (skipped: ${absent})`}`,
    () => {
      it('pass in a worker, the same files as in Node and Chromium', async () => {
        const engine = required(await kind.start());
        try {
          const suites = [...PORTS.map(portSuite), ...(await selectSignaturesAndNumbers()).suites];
          const outcomes = await checkPorts(engine, suites);
          expect(outcomes.flatMap(({ failures }) => failures)).toEqual([]);
          expect(outcomes.map(({ suite }) => suite)).toEqual(suites);
          expect(outcomes.filter(({ passed }) => passed === 0)).toEqual([]);
          console.log(summary(outcomes, [], engine.version));
        } finally {
          await engine.remove();
        }
      }, 120_000);
    },
  );
}
