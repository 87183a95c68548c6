import { DETECTORS } from '@plumbline/shared/drift';
import type { EventRow } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Write } from '../../link/outbox/index.ts';
import type { Store } from '../../ports/index.ts';
import { readAll, stored, type OnDamaged } from '../../store/json.ts';
import { LOCAL_DRIFT, localDriftKey } from '../../store/keys.ts';
import type { AgentEvent } from '../../options.ts';

const NAMES = ['hddm-a', 'page-hinkley'] as const;
type Name = (typeof NAMES)[number];

const count = z.number().int().nonnegative();
const localAlarm = z.strictObject({
  detector: z.enum(NAMES),
  /** When it was raised, ms. */
  at: z.number().int(),
  statistic: z.number(),
  threshold: z.number(),
});
const watched = z.strictObject({
  line: z.string(),
  version: z.string(),
  sha256: z.string(),
  judged: count,
  errors: count,
  alarms: count,
  /** The newest of each detector. */
  last: z.array(localAlarm).max(2),
  /** What a detector understands alone. */
  states: z.record(z.string(), z.record(z.string(), z.number())),
});

type Watched = z.infer<typeof watched>;

/** How an archive did on the outcomes of this device: a word for the site. A fleet is judged by its windows. */
export type LocalDriftState = Omit<Watched, 'states'>;

/** Which archive, and what it said of which activity. */
export interface Judged {
  line: string;
  version: string;
  sha256: string;
  activity: string;
}

/** Watches the errors of each archive as their outcomes come in, on this device alone. */
export interface LocalDrift {
  /** The next prediction whose outcome is known. The write belongs into one commit with its mark. @param at ms */
  take(of: Judged, isError: boolean, at: number): Write;
  all(): LocalDriftState[];
}

/** Archives of one line; outcomes for more than the last few come rarely. */
const MAX_ARCHIVES = 4;

export async function createLocalDrift(
  deps: { store: Store; isOn: () => boolean; onDamaged?: OnDamaged | undefined },
  onAlarm: (event: AgentEvent) => void = () => undefined,
): Promise<LocalDrift> {
  const known = new Map(await readAll(deps.store, LOCAL_DRIFT, watched, deps.onDamaged));

  const open = (key: string, { line, version, sha256 }: Judged): Watched => {
    const states = Object.fromEntries(NAMES.map((name) => [name, DETECTORS[name].start() as Record<string, number>]));
    const one = known.get(key) ?? { line, version, sha256, judged: 0, errors: 0, alarms: 0, last: [], states };
    // Set anew: the ones that were heard of last stand last.
    known.delete(key);
    known.set(key, one);
    return one;
  };
  const forget = (line: string) => {
    const own = [...known].filter(([, one]) => one.line === line);
    const gone = own.slice(0, Math.max(0, own.length - MAX_ARCHIVES)).map(([key]) => key);
    for (const key of gone) known.delete(key);
    return gone.map((key) => ({ remove: key }));
  };

  return {
    all: () => [...known.values()].map(({ states: _states, ...rest }) => structuredClone(rest)),
    take(of, isError, at) {
      if (!deps.isOn()) return {};
      const key = localDriftKey(of.line, of.sha256);
      const one = open(key, of);
      one.judged += 1;
      if (isError) one.errors += 1;
      const rows: EventRow[] = [];
      for (const name of NAMES) {
        const alarm = step(one, name, isError);
        if (alarm === undefined) continue;
        one.alarms += 1;
        one.last = [...one.last.filter(({ detector }) => detector !== name), { detector: name, at, ...alarm }];
        const { line, version, sha256, judged, errors } = one;
        const details = { line, version, sha256, detector: name, ...alarm, judged, errors };
        rows.push({ kind: 'event', at, code: 'drift_local', details });
        onAlarm({ at, code: 'drift_local', details });
      }
      return {
        rows,
        changes: forget(of.line),
        latest: { [key]: () => (known.has(key) ? stored(known.get(key)) : undefined) },
      };
    },
  };
}

function step(one: Watched, name: Name, isError: boolean): { statistic: number; threshold: number } | undefined {
  const detector = DETECTORS[name];
  const { state, alarm } = detector.take(one.states[name] ?? detector.start(), { n: 1, errors: Number(isError) });
  one.states[name] = state as Record<string, number>;
  return alarm;
}
