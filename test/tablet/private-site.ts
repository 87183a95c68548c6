import type { SiteLogEntry } from '@plumbline/shared/activity';
import type { Faults } from '../../fleet-server/src/entry/mqtt/index.ts';
import { buildTablet } from '../../agent/tablet/build.ts';
import { createFleet, type TestFleet } from '../harness/index.ts';
import { freePort } from '../harness/services/child.ts';
import { findChromium, startChromium, type Chromium } from '../harness/services/chromium.ts';
import { required, skipReason } from '../harness/services/index.ts';
import { findCertutil, makeTrustStore } from '../harness/services/trust-store.ts';
import { plans } from './app.ts';

const DOMAIN = 'plumbline.example';

/**
 * A fleet server under its own names, its app on the server's own port, and a browser that believes the fleet's private
 * authority because its store has it: no error of a certificate is overlooked anywhere.
 */
export interface PrivateSite extends AsyncDisposable {
  fleet: TestFleet;
  chromium: Chromium;
  /** Origin of the app by the name of one tablet: another name is another origin, and so another tablet. */
  originOf(tablet: string): string;
}

/** Why tests of it are skipped, if they are. */
export function whyNoPrivateSite(): string | undefined {
  return skipReason(findChromium()) ?? skipReason(findCertutil());
}

/** @param tablets names, each that of an origin */
export async function openPrivateSite(tablets: readonly string[], faults: Faults = {}): Promise<PrivateSite> {
  await using world = new AsyncDisposableStack();
  await buildTablet();
  const port = await freePort();
  const names = [...['fleet', ...tablets].map((name) => `${name}.${DOMAIN}`), '127.0.0.1'];
  const environment = { PLUMBLINE_TLS_NAMES: names.join(), PLUMBLINE_TABLET_PORT: String(port) };
  const fleet = world.use(await createFleet({ faults, environment }));
  const store = required(await makeTrustStore(fleet.server.caPem ?? ''));
  world.defer(() => store.remove());
  const chromium = required(await startChromium({ home: store.home, namesHere: `*.${DOMAIN}` }));
  world.defer(() => chromium.remove());
  await fleet.client.post('/api/v1/sites/north/log', { entries: busySite(Date.now()) });
  const opened = world.move();
  return {
    fleet,
    chromium,
    originOf: (tablet) => `https://${tablet}.${DOMAIN}:${port}`,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A model is proven by twenty answers: so many activities are predicted at once. */
const WALLS = 20;

function busySite(now: number): SiteLogEntry[] {
  const slabs = plans(now);
  const walls = slabs.slice(-1).flatMap((slab) => Array.from({ length: WALLS }, (_, n) => wallLike(slab, n)));
  return [...slabs, ...walls];
}

function wallLike(slab: SiteLogEntry, n: number): SiteLogEntry {
  return { ...slab, id: `plan-wall-${n}`, activity: `wall-${n}` };
}
