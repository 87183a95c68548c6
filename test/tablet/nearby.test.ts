import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNearbySite, type NearbySite } from './nearby-site.ts';
import { distrustGateway, download, oneDownload } from './one-download.ts';
import { whyNoPrivateSite } from './private-site.ts';

const absent = whyNoPrivateSite();
const TIMEOUT_MS = 120_000;
const TABLETS = 2;

describe.skipIf(absent !== undefined)(
  `a gateway and ${TABLETS} tablets behind one way out${absent === undefined ? '' : ` (skipped: ${absent})`}`,
  { timeout: TIMEOUT_MS },
  () => {
    let site: NearbySite;
    beforeAll(async () => {
      site = await openNearbySite(TABLETS);
    }, TIMEOUT_MS);
    afterAll(() => site[Symbol.asyncDispose]());

    it('fetches a release once, proves it everywhere while the way out is cut, and hears of each other', async () => {
      const { bundleBytes, ...found } = await oneDownload(site, 1);
      console.log(
        `bundle ${bundleBytes} bytes; way out ${found.beforeCutBytes} before the cut, ${found.whileCutBytes} after`,
      );
      expect(found.beforeCutBytes).toBeGreaterThan(bundleBytes);
      expect(found.beforeCutBytes).toBeLessThan(1.5 * bundleBytes);
      expect(found).toMatchObject({
        whileCutBytes: 0,
        statesWhileCut: Array(TABLETS).fill('committed'),
        isGatewayProven: true,
        proofs: Array(TABLETS).fill('proven'),
        sources: Array(TABLETS).fill(`the gateway ${site.names.trusted}`),
      });
      expect(found.finishedWhileCut).toContain('ended late');
    });

    // Without a way into the local network: `npm run soak -- tablet-nearby`. Whether Chromium refuses that at once or waits
    // for somebody it could ask depends on which of its tabs is in front.
    it('without a name that the browser trusts, each fetches for itself and says why', async () => {
      const version = await distrustGateway(site, 2);
      const { bytes, sources } = await download(site, version);
      console.log(`nobody trusts the gateway: ${bytes} bytes for ${TABLETS} tablets`);
      expect(bytes).toBeGreaterThan(TABLETS * 500_000);
      expect(sources).toEqual(
        Array(TABLETS).fill(expect.stringMatching(/^the server[^]*does not trust its certificate/)),
      );
    });
  },
);
