import { standInScore } from '@plumbline/agent/simulated';
import type { SiteLogEntry } from '@plumbline/shared/activity';
import type { Chance } from '@plumbline/shared/testing/world';
import type { VirtualClock } from '@plumbline/shared/testing';
import { appendEntries } from '../../../sites/activities/index.ts';
import type { DrawnFleet, DrawnSite } from '../fleet/draw.ts';
import { championModel } from '../release/models.ts';
import { drawValues, type StandInValues } from '../release/records.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { RehearsedDevice } from './device.ts';
import type { RehearsalServer } from './server.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** From the start of an activity to the day its outcome is known. */
const ACTIVITY_MS = DAY_MS;
/** Callers ask in turn, a few records at a time rather than one by one. */
const MIN_INTERVAL_MS = HOUR_MS;

export interface TrafficDeps {
  clock: VirtualClock;
  chance: Chance;
  server: RehearsalServer;
  line: string;
  fleet: DrawnFleet;
  devices: readonly RehearsedDevice[];
  scenario: Scenario;
}

interface Planned extends StandInValues {
  activity: string;
  startAt: number;
  dueAt: number;
}

/** What goes on at the sites: plans from head office, questions of callers, outcomes seen by people. */
export interface Traffic {
  /** Writes the plans of every site from a day before now on. */
  plan(): Promise<void>;
  /** Fills the memory of a device that has just got its first model. */
  remember(device: RehearsedDevice): Promise<void>;
  start(): void;
}

export function createTraffic(deps: TrafficDeps): Traffic {
  const { clock, chance, server, line, fleet, devices, scenario } = deps;
  const { predictionsPerHour, activitiesPerDay, storedRecords } = scenario.traffic;
  const quiet = new Set(fleet.sites.filter((site) => site.isQuiet).map((site) => site.id));
  // What really happens follows the model in force: its scores are the true risks.
  const truth = championModel('truth');
  let asked = 0;

  const question = (of: Chance) => {
    asked += 1;
    return { activity: `asked-${asked}`, values: { ...drawValues(of) }, asOf: clock.now() };
  };

  const plansOf = (site: DrawnSite): Planned[] => {
    const own = chance.branch(`plans of ${site.id}`);
    const count = Math.ceil(activitiesPerDay * (scenario.days + 2));
    return Array.from({ length: count }, (_, i) => {
      const startAt = clock.now() - DAY_MS + Math.round(((i + own.next()) / Math.max(activitiesPerDay, 1)) * DAY_MS);
      return { activity: `A-${i + 1}`, startAt, dueAt: startAt + ACTIVITY_MS, ...drawValues(own) };
    });
  };

  const planned = new Map<string, Planned[]>();

  const seeOutcomes = (site: string, gateway: RehearsedDevice) => {
    const own = chance.branch(`outcomes of ${site}`);
    for (const { activity, dueAt, a, b } of planned.get(site) ?? []) {
      const label = own.happens(standInScore(truth, [a, b])) ? 1 : 0;
      if (dueAt <= clock.now()) continue;
      clock.after(dueAt - clock.now(), () => {
        // Nobody writes anything down on a gateway that is switched off.
        gateway
          .agent()
          ?.recordEntry({
            activity,
            field: 'outcome',
            value: { label },
            actor: 'rehearsal',
            ref: `${site} ${activity}`,
          })
          .catch(() => undefined);
      });
    }
  };

  const askFor = (device: RehearsedDevice) => {
    const own = chance.branch(`questions of ${device.drawn.id}`);
    const intervalMs = Math.max(MIN_INTERVAL_MS, HOUR_MS / predictionsPerHour);
    const perCall = (predictionsPerHour * intervalMs) / HOUR_MS;
    let owed = own.next();
    const ask = () => {
      clock.after(intervalMs, ask);
      owed += perCall;
      const count = Math.floor(owed);
      owed -= count;
      const records = Array.from({ length: count }, () => question(own));
      // One by one: a record without an answer takes no other with it. What the agent counts, it counts by itself.
      for (const record of records)
        void device
          .agent()
          ?.predict([record], { line })
          .catch(() => undefined);
    };
    clock.after(Math.round(own.next() * intervalMs), ask);
  };

  return {
    async plan() {
      for (const site of fleet.sites) {
        const plans = plansOf(site);
        planned.set(site.id, plans);
        const entries = plans.map(({ activity, startAt, dueAt, a, b }): SiteLogEntry => ({
          id: `plan-of-${site.id}-${activity}`,
          activity,
          base: null,
          field: 'plan',
          actor: 'rehearsal',
          at: clock.now(),
          value: { startAt, dueAt, values: { a, b } },
        }));
        await server.database.transaction((tx) => appendEntries(tx, site.id, entries));
      }
    },
    async remember(device) {
      if (storedRecords === 0) return;
      const own = chance.branch(`memory of ${device.drawn.id}`);
      const records = Array.from({ length: storedRecords }, () => question(own));
      await device
        .agent()
        ?.predict(records, { line })
        .catch(() => undefined);
    },
    start() {
      const seen = new Set<string>();
      for (const device of devices) {
        const { site } = device.drawn;
        if (!seen.has(site) && !device.drawn.isOffline) {
          seen.add(site);
          seeOutcomes(site, device);
        }
        if (!quiet.has(site) && predictionsPerHour > 0) askFor(device);
      }
    },
  };
}
