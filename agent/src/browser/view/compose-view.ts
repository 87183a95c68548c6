import type { Agent, Ports } from '../../index.ts';
import type { SiteView } from '../door/site-view.ts';
import { readFrom, writeTo } from '../storage/database.ts';
import { dayStart } from './day-start.ts';
import { createLineFacts } from './line-facts.ts';
import { WORDS } from './page-shelf.ts';
import type { Problems } from './problems.ts';
import type { PayloadSources } from './payload-source.ts';
import { storageViewOf } from './storage-view.ts';
import { createUnsentCounts } from './unsent.ts';
import { takeWords, words, yesterdaysWord, type Words } from './yesterday.ts';

export interface ViewDeps {
  agent: Agent;
  ports: Pick<Ports, 'clock' | 'store' | 'files'>;
  database: IDBDatabase;
  problems: Problems;
  payloads: PayloadSources;
  server: string;
  installed: () => boolean;
  appVersion: string;
}

export interface Composer {
  compose(): Promise<SiteView>;
  /** Outcomes may have become known since the last view. */
  outcomesMoved(): void;
}

/** Puts together everything a page shows, of what the agent knows now. */
export function createComposer(deps: ViewDeps): Composer {
  const { agent, ports, database } = deps;
  const facts = createLineFacts(ports);
  const unsent = createUnsentCounts(ports.store);
  let known: Words | undefined;

  const wordsOf = async (activities: SiteView['activities'], startOf: (at: number) => number): Promise<Words> => {
    const before = (known ??= words.catch({}).parse((await readFrom(database, 'page', WORDS)) ?? {}));
    const now = takeWords(before, activities, startOf);
    if (now !== before) await writeTo(database, 'page', { [WORDS]: now }, 'relaxed');
    return (known = now);
  };

  return {
    outcomesMoved: facts.outcomesMoved,
    async compose() {
      const state = agent.state();
      const activities = agent.activities();
      const at = ports.clock.now();
      const zone = state.identity.about?.zone;
      const startOf = (moment: number) => dayStart(moment, zone);
      const said = await wordsOf(activities, startOf);
      const startOfDay = startOf(at);
      const { identity, connected, lastContactAt, trust } = state;
      const payloads = deps.payloads.latest();
      return {
        v: 1,
        at,
        site: identity.site,
        ...(zone !== undefined && { zone }),
        device: identity.device,
        server: deps.server,
        connected,
        ...(lastContactAt !== undefined && { lastContactAt }),
        lines: await Promise.all(state.lines.map(facts.viewOf)),
        activities: activities.map((view) => {
          // Of several lines the one that warns most, as the order of the activities has it.
          const [most] = view.predictions.toSorted((a, b) => b.score - a.score);
          const yesterday = most && yesterdaysWord(said, most.line, view.activity, startOfDay);
          return yesterday === undefined ? view : { ...view, yesterday };
        }),
        unsent: await unsent(state.outbox),
        storage: await storageViewOf(deps.installed()),
        ...(payloads && { payloads }),
        trust: { stale: trust.stale !== undefined, clockSuspect: trust.clockSuspect },
        problems: deps.problems.all(),
        app: { version: deps.appVersion },
      };
    },
  };
}
