import { DEFAULT_DRIFT_RULE, type Comparison } from '@plumbline/shared/drift';
import { listVerdicts } from '../../../insight/drift/index.ts';
import { listMatured, type Matured } from '../../../insight/telemetry/index.ts';
import type { ReadDb } from '../../../platform/db/index.ts';
import type { DeviceEvidence, GateInput } from '../gates/gate-input.ts';
import type { GateName } from '../gates/gates.ts';
import type { RolloutPlan } from '../plan/rollout-plan.ts';
import { cohortsOf, slicesOf } from './cohorts.ts';
import { deviceEvidence } from './device-evidence.ts';
import { lossesOf } from './losses.ts';

export interface RolloutSubject {
  id: string;
  line: string;
  version: string;
  createdAt: number;
  /** Says which gates are asked: what none of them looks at is not read. Without it everything is. */
  plan?: Pick<RolloutPlan, 'gates' | 'stages'>;
}

export interface EvidenceOptions {
  /** Activities that fall due later do not count yet, ms; by default when a member was last seen. */
  now?: number;
  /** Parts the bundles lack, where the caller has opened them. */
  absent?: GateInput['absent'];
}

/** All that is kept on a rollout, as one value: gates look at nothing else. */
export async function collectEvidence(
  db: ReadDb,
  rollout: RolloutSubject,
  options: EvidenceOptions = {},
): Promise<GateInput> {
  const { line, version } = rollout;
  const devices = await deviceEvidence(db, rollout);
  const now = options.now ?? lastSeenOf(devices);
  const isFair = asks(rollout, 'fairness');
  const matured = isFair || asks(rollout, 'quality') ? await maturedSince(db, rollout, now) : [];
  const { judged, ...about } = await lossesOf(db, rollout, matured);
  return {
    line,
    version,
    devices,
    drift: asks(rollout, 'drift') ? await driftOf(db, rollout) : { judged: 0, alarms: [] },
    quality: cohortsOf(judged, version),
    fairness: isFair ? slicesOf(judged, version) : [],
    ...about,
    absent: options.absent ?? [],
  };
}

/** Whether any stage asks this gate. */
export function asks({ plan }: Pick<RolloutSubject, 'plan'>, gate: GateName): boolean {
  if (plan === undefined || plan.gates[gate] !== undefined) return true;
  return plan.stages.some((stage) => stage.gates?.[gate] !== undefined);
}

/** Both models over the same time: predictions made, and activities due, since the rollout was written down. */
function maturedSince(db: ReadDb, { line, createdAt }: RolloutSubject, now: number): Promise<Matured[]> {
  return listMatured(db, line, { from: createdAt, to: now, madeFrom: createdAt });
}

/** Verdicts over windows that reach into the time since the rollout was written down: the month that runs then, too. */
async function driftOf(db: ReadDb, { line, version, createdAt }: RolloutSubject): Promise<GateInput['drift']> {
  const verdicts = (await listVerdicts(db, line, version)).filter(({ toAt }) => toAt > createdAt);
  const undecided = undecidedIn(verdicts.at(-1)?.details);
  return {
    judged: verdicts.length,
    alarms: verdicts.filter(({ alarm }) => alarm).map(({ sentence }) => sentence),
    ...(undecided !== undefined && { undecided }),
  };
}

/** Chance, over all comparisons of a verdict, that one in which nothing changed holds a gate until the next. */
const HOLD_BY_CHANCE = 0.05;

/** A change that matters, too likely to be passed over and not sure enough for an alarm: few sites, or few predictions. */
function undecidedIn(details: unknown): string | undefined {
  const { comparisons = [] } = (details ?? {}) as { comparisons?: Comparison[] };
  const likely = comparisons
    .filter(({ p, effect, alarm }) => {
      return !alarm && effect >= DEFAULT_DRIFT_RULE.minimumEffect && p <= HOLD_BY_CHANCE / comparisons.length;
    })
    .toSorted((a, b) => b.effect - a.effect);
  const [first] = likely;
  if (first === undefined) return undefined;
  return `${first.name} has likely moved (effect ${first.effect.toFixed(2)}, p = ${first.p.toExponential(1)})`;
}

function lastSeenOf(devices: readonly DeviceEvidence[]): number {
  return devices.reduce((latest, { lastSeenAt }) => Math.max(latest, lastSeenAt ?? 0), 0);
}
