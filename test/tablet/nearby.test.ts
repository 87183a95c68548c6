import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNearbySite, type NearbySite } from './nearby-site.ts';
import { download, oneDownload, refuseGateway } from './one-download.ts';
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

    it('without a name that the browser trusts, or a way into the local network, each fetches for itself and says why', async () => {
      const version = await refuseGateway(site, 2);
      const { bytes, sources } = await download(site, version);
      console.log(`nobody may use the gateway: ${bytes} bytes for ${TABLETS} tablets`);
      expect(bytes).toBeGreaterThan(TABLETS * 500_000);
      expect(sources).toEqual([
        expect.stringMatching(/^the server[^]*does not trust its certificate/),
        ...Array(TABLETS - 1).fill(expect.stringMatching(/^the server[^]*Local network access/)),
      ]);
    });
  },
);
