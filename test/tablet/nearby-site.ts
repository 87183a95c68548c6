import { buildTablet } from '../../agent/tablet/build.ts';
import { SITE, createFleet, type TestFleet } from '../harness/index.ts';
import { createTestCa, startWayOut, type WayOut } from '../harness/network/index.ts';
import { freePort } from '../harness/services/child.ts';
import { startChromium } from '../harness/services/chromium.ts';
import { required } from '../harness/services/index.ts';
import { makeTrustStore } from '../harness/services/trust-store.ts';
import { openSiteApp, type SiteApp } from './site-app.ts';
import { startSiteGateway, type SiteGateway } from './site-gateway.ts';

const DOMAIN = 'plumbline.example';
const DAY_MS = 86_400_000;
/** More than the records that prove a model. */
const PLANS = 24;

/** A site with one gateway and some tablets behind one way out, which is counted. */
export interface NearbySite extends AsyncDisposable {
  fleet: TestFleet;
  out: WayOut;
  gateway: SiteGateway;
  /** By name. */
  tablets: ReadonlyMap<string, SiteApp>;
  /** Where the gateway answers: by the name of its certificate, and by one it has none for. */
  names: { trusted: string; untrusted: string };
  /** The office says where the gateway is. */
  nameGateway(url: string): Promise<void>;
}

export async function openNearbySite(tabletCount: number, bytesPerSecond?: number): Promise<NearbySite> {
  await using world = new AsyncDisposableStack();
  await buildTablet();
  const [tabletPort, gatewayPort] = [await freePort(), await freePort()];
  const devices = Array.from({ length: tabletCount }, (_, i) => `tablet-${i + 1}`);
  const [gatewayName, otherName] = [`gateway.${DOMAIN}`, `gw.${DOMAIN}`];
  const names = { trusted: `https://${gatewayName}:${gatewayPort}`, untrusted: `https://${otherName}:${gatewayPort}` };
  const fleet = world.use(
    await createFleet({
      lines: ['bulky'],
      environment: {
        PLUMBLINE_TLS_NAMES: [...['fleet', ...devices].map((name) => `${name}.${DOMAIN}`), '127.0.0.1'].join(),
        PLUMBLINE_TABLET_PORT: String(tabletPort),
        PLUMBLINE_TABLET_GATEWAYS: Object.values(names).join(),
      },
    }),
  );
  const nameGateway = async (gateway: string) => {
    await fleet.client.put(`/api/v1/sites/${SITE}`, { zone: 'Asia/Tokyo', gateway });
  };
  await nameGateway(names.trusted);
  await fleet.client.post(`/api/v1/sites/${SITE}/log`, { entries: plans(Date.now()) });

  const out = world.use(await startWayOut(bytesPerSecond === undefined ? {} : { bytesPerSecond }));
  const ca = createTestCa('Authority of the site');
  const originOf = (tablet: string) => `https://${tablet}.${DOMAIN}:${tabletPort}`;
  const origins = devices.map(originOf);
  const store = required(await makeTrustStore(fleet.server.caPem ?? '', ca.pem));
  world.defer(() => store.remove());
  // For the browser the pages come from outside, as they do on a site.
  const outside = `--ip-address-space-overrides=${new URL(out.url).host}=public`;
  const flags = [outside, `--proxy-server=${out.url}`, `--proxy-bypass-list=${gatewayName};${otherName}`];
  const starting = startSiteGateway({ fleet, out, ca, name: gatewayName, port: gatewayPort, origins });
  world.defer(async () => (await starting)[Symbol.asyncDispose]());
  const chromium = required(await startChromium({ home: store.home, namesHere: `*.${DOMAIN}`, flags }));
  world.defer(() => chromium.remove());
  const gateway = await starting;
  const openTablet = async (device: string) => {
    const app = await openSiteApp({ chromium, originOf }, device);
    // As the policy of a company does, or a person once: Chrome asks before a page may reach the network of the site.
    await app.page.context().grantPermissions(['local-network-access'], { origin: originOf(device) });
    await app.enrol(await fleet.code(device));
    return [device, app] as const;
  };
  const tablets: ReadonlyMap<string, SiteApp> = new Map(await Promise.all(devices.map(openTablet)));
  const opened = world.move();
  return { fleet, out, gateway, tablets, names, nameGateway, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function plans(now: number) {
  return Array.from({ length: PLANS }, (_, i) => ({
    id: `plan-pour-${i}`,
    activity: `pour-${i}`,
    base: null,
    actor: 'head-office',
    at: now,
    field: 'plan',
    value: {
      startAt: now - DAY_MS,
      dueAt: now + 5 * DAY_MS,
      values: { name: `Pour ${i}`, a: i / PLANS, b: (PLANS - i) / PLANS },
    },
  }));
}
