import { describe, expect, it } from 'vitest';
import { findChromium, startChromium } from '../../harness/services/chromium.ts';
import { required, skipReason } from '../../harness/services/index.ts';
import { checkPorts, QUICK_PORTS, tightTab } from './check-ports.ts';

const absent = skipReason(findChromium());

describe.skipIf(absent !== undefined)(
  `the ports of a tablet, in a worker of Chromium${absent === undefined ? '' : ` (skipped: ${absent})`}`,
  () => {
    it('keep the contracts that the ports of a gateway keep', async () => {
      const chromium = required(await startChromium());
      try {
        const outcomes = await checkPorts(await tightTab(chromium), QUICK_PORTS);
        expect(outcomes.flatMap(({ failures }) => failures)).toEqual([]);
        expect(outcomes.map(({ suite }) => suite)).toEqual(QUICK_PORTS);
        expect(outcomes.filter(({ passed }) => passed === 0)).toEqual([]);
      } finally {
        await chromium.remove();
      }
    }, 120_000);
  },
);
