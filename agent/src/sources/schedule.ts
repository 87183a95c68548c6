import type { ActivityState, Plan } from '@plumbline/shared/activity';
import type { ActivityRecord } from '@plumbline/shared/manifest';
import type { LocalDrift } from '../observe/detect/local-drift.ts';
import { matureOutcome } from '../observe/mature.ts';
import type { StoredPredictions } from '../observe/stored-predictions.ts';
import type { Windows } from '../observe/windows.ts';
import type { Outbox } from '../link/outbox/index.ts';
import type { Clock } from '../ports/index.ts';
import type { LoadedModel } from '../predict/load.ts';
import type { Predictor } from '../predict/predictor.ts';
import { labelOf } from './outcomes.ts';
import type { SiteLog } from './site-log.ts';

export interface ScheduleDeps {
  clock: Clock;
  outbox: Outbox;
  siteLog: SiteLog;
  windows: Windows;
  predictions: StoredPredictions;
  predictor: Predictor;
  localDrift: LocalDrift;
}

export interface Schedule {
  /** Does all work that is due and resolves when it is durable. @returns the number of predictions made */
  tick(): Promise<number>;
  /** Resolves when no tick is under way; failures of ticks are their callers'. */
  idle(): Promise<unknown>;
}

interface Due {
  activity: string;
  entry: string;
  plan: Plan;
}

const BATCH = 256;

/** Predicts every open activity once per model version and plan, joins outcomes, and closes the windows that are over. */
export function createSchedule(deps: ScheduleDeps): Schedule {
  const { clock, outbox, siteLog, windows } = deps;
  /** Plans a model version cannot take: tried once per process, not at every tick. */
  const unfit = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();

  const dueFor = (model: LoadedModel, now: number): Due[] => {
    const due: Due[] = [];
    for (const state of siteLog.states()) {
      const open = openPlan(state, now);
      if (open === undefined || unfit.has(`${model.sha256} ${open.entry}`)) continue;
      if (deps.predictions.get(model.line, open.activity, model.sha256)?.plan !== open.entry) due.push(open);
    }
    return due;
  };

  const predictBatch = async (model: LoadedModel, due: readonly Due[], now: number): Promise<number> => {
    const records = due.map(({ activity, plan }): ActivityRecord => ({ activity, values: plan.values, asOf: now }));
    try {
      return (await deps.predictor.predict(records, { line: model.line, reasons: true })).length;
    } catch {
      // Already counted and reported by whoever watches the predictor; here only the culprit is looked for.
      const [only, ...others] = due;
      if (only !== undefined && others.length === 0) unfit.add(`${model.sha256} ${only.entry}`);
      if (due.length <= 1) return 0;
    }
    let made = 0;
    for (const one of due) made += await predictBatch(model, [one], now);
    return made;
  };

  const doDue = async (): Promise<number> => {
    const now = clock.now();
    let made = 0;
    for (const model of deps.predictor.loaded()) {
      const due = dueFor(model, now);
      for (let from = 0; from < due.length; from += BATCH) {
        // Swapped meanwhile: the next tick asks the model that answers then.
        if (deps.predictor.get(model.line) !== model) break;
        made += await predictBatch(model, due.slice(from, from + BATCH), now);
      }
    }
    for (const { activity, outcome } of siteLog.states()) {
      const knownAt = siteLog.outcomeKnownAt(activity);
      if (outcome === undefined || knownAt === undefined) continue;
      matureOutcome(deps, activity, { label: labelOf(outcome), knownAt });
    }
    const ended = windows.close(now, now);
    if (ended !== undefined) outbox.writeSoon(ended);
    await outbox.flush();
    return made;
  };

  return {
    tick() {
      const result = turn.then(doDue);
      turn = result.catch(() => undefined);
      return result;
    },
    idle: () => turn,
  };
}

/** From its start until its outcome is known or due. */
function openPlan({ activity, plan, outcome }: ActivityState, now: number): Due | undefined {
  if (plan?.entry.field !== 'plan' || outcome !== undefined) return undefined;
  const { value, id } = plan.entry;
  return value.startAt <= now && now < value.dueAt ? { activity, entry: id, plan: value } : undefined;
}
