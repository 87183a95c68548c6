import type { VirtualClock } from '@plumbline/shared/testing';
import type { Chance, SimulatedBroker, Weather } from '@plumbline/shared/testing/world';
import { chosen, type DrawnFleet } from '../fleet/draw.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { RehearsedDevice } from './device.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A supervisor starts a process again, or a person presses a button. */
const CRASH_DOWN_MS = 10_000;

export interface TroubleDeps {
  clock: VirtualClock;
  chance: Chance;
  broker: SimulatedBroker;
  scenario: Scenario;
  fleet: DrawnFleet;
  devices: readonly RehearsedDevice[];
  /** Of the link of a site, and of a device that is never heard from. */
  weatherOf: { site: (site: string) => Weather; device: (device: string) => Weather };
  tell: (event: string, sentence: string) => void;
}

/** Sets everything in motion that the scenario wants to go wrong, from now on. */
export function startTroubles(deps: TroubleDeps): void {
  const { broker, scenario, devices, weatherOf, tell } = deps;
  const offline = devices.filter((device) => device.drawn.isOffline);
  for (const device of offline) broker.setPartitioned(true, weatherOf.device(device.drawn.id));
  if (offline.length > 0) tell('offline', `${offline.length} devices are not heard from any more`);
  for (const [i, outage] of scenario.outages.entries()) startOutage(deps, outage, i);
  for (const [i, failure] of scenario.failures.entries()) {
    const concerned = devices.filter((device) => device.drawn.failures.includes(i));
    for (const device of concerned) startFailure(deps, failure, device, deps.chance.branch(`${i} ${device.drawn.id}`));
  }
  if (scenario.night !== undefined) startNights(deps, scenario.night);
}

function startOutage(deps: TroubleDeps, outage: Scenario['outages'][number], number: number): void {
  const { clock, chance, broker, fleet, weatherOf, tell } = deps;
  const ids = fleet.sites.map(({ id }) => id);
  const { from, until, site, share = 1 } = outage;
  const concerned = site === undefined ? [...chosen(ids, share, chance.branch(`outage ${number}`))] : [site];
  const cut = (isCut: boolean) => {
    for (const one of concerned) broker.setPartitioned(isCut, weatherOf.site(one));
    tell(
      isCut ? 'outage' : 'outage-over',
      `the links of ${concerned.length} of ${ids.length} sites ${isCut ? 'are down' : 'are up again'}`,
    );
  };
  clock.after(from, () => cut(true));
  clock.after(until, () => cut(false));
}

function startFailure(
  { clock }: TroubleDeps,
  failure: Scenario['failures'][number],
  device: RehearsedDevice,
  chance: Chance,
): void {
  if (failure.kind === 'disk-full') {
    clock.after(failure.from, () => device.setDiskFull(true));
    if (failure.until !== undefined) clock.after(failure.until, () => device.setDiskFull(false));
    return;
  }
  const meanMs = DAY_MS / failure.timesPerDay;
  const again = () => {
    clock.after(Math.round((0.5 + chance.next()) * meanMs), () => {
      device.powerCut(failure.kind === 'crash' ? CRASH_DOWN_MS : undefined);
      again();
    });
  };
  again();
}

/** Gateways of sleeping sites are switched off between two times of day in the zone of their site. */
function startNights(deps: TroubleDeps, night: NonNullable<Scenario['night']>): void {
  const { clock, chance, fleet, devices } = deps;
  const [from, until] = [minuteOf(night.from), minuteOf(night.until)];
  for (const site of fleet.sites.filter(({ sleeps }) => sleeps)) {
    const gateways = devices.filter((device) => device.drawn.site === site.id);
    const atDusk = () => {
      for (const gateway of gateways) {
        // People leave one after the other, and come back so.
        clock.after(chance.integer(0, 15 * MINUTE_MS), () => {
          const nightMs = minutesUntil(clock.now(), site.zone, until) * MINUTE_MS;
          gateway.powerCut(nightMs + chance.integer(0, 15 * MINUTE_MS));
        });
      }
      clock.after((minutesUntil(clock.now(), site.zone, from) || 24 * 60) * MINUTE_MS, atDusk);
    };
    const isNight = minutesUntil(clock.now(), site.zone, until) < minutesUntil(clock.now(), site.zone, from);
    if (isNight) atDusk();
    else clock.after(minutesUntil(clock.now(), site.zone, from) * MINUTE_MS, atDusk);
  }
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Minutes from now to a minute of the day in a zone, 0–1439. */
function minutesUntil(now: number, zone: string, minute: number): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (minute - minuteOf(format.format(now)) + 1440) % 1440;
}
