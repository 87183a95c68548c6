import { expect, describe, it } from 'vitest';
import { findChromium, startChromium } from '../harness/services/chromium.ts';
import { required, skipReason } from '../harness/services/index.ts';
import { runSuites, summary } from './core-suites/run-suites.ts';
import { selectQuick } from './core-suites/select-suites.ts';

const absent = skipReason(findChromium());

describe.skipIf(absent !== undefined)(
  `the suites of the core in Chromium${absent === undefined ? '' : ` (skipped: ${absent})`}`,
  () => {
    it('pass as they do in Node: the same files, none of them adapted', async () => {
      const { suites, nodeOnly } = await selectQuick();
      const chromium = required(await startChromium());
      try {
        const page = await chromium.newPage();
        const outcomes = await runSuites({ open: (url) => page.goto(url) }, suites);
        expect(outcomes.flatMap(({ failures }) => failures)).toEqual([]);
        expect(outcomes.map(({ suite }) => suite)).toEqual(suites);
        expect(outcomes.filter(({ passed }) => passed === 0)).toEqual([]);
        expect(outcomes.length).toBeGreaterThan(50);
        console.log(summary(outcomes, nodeOnly, `Chromium ${chromium.version}`));
      } finally {
        await chromium.remove();
      }
    }, 120_000);
  },
);
