import { openNearbySite } from '../tablet/nearby-site.ts';
import { download, oneDownload, refuseGateway } from '../tablet/one-download.ts';
import type { SoakOptions } from './options.ts';

const TABLETS = 5;
/** Papers, reports and TLS of six devices, beside one bundle. */
const MOST_ONCE = 1.5;

/** One gateway and five tablets: a release crosses the way out once, and as often as there are tablets where it cannot. */
export async function run({ seed, count = TABLETS }: SoakOptions): Promise<{ passed: number; failed: number }> {
  await using site = await openNearbySite(count);
  const once = await oneDownload(site, seed);
  console.log(JSON.stringify(once));
  const alone = await download(site, await refuseGateway(site, seed + 1));
  console.log(JSON.stringify(alone));
  const { bundleBytes } = once;
  const held = [
    once.beforeCutBytes > bundleBytes && once.beforeCutBytes < MOST_ONCE * bundleBytes,
    once.whileCutBytes === 0,
    once.isGatewayProven,
    ...once.statesWhileCut.map((state) => state === 'committed'),
    ...once.proofs.map((proof) => proof === 'proven'),
    ...once.sources.map((source) => source === `the gateway ${site.names.trusted}`),
    once.finishedWhileCut.includes('ended late'),
    alone.bytes > count * bundleBytes,
    ...alone.sources.map((source) => source.startsWith('the server')),
  ];
  const passed = held.filter(Boolean).length;
  return { passed, failed: held.length - passed };
}
