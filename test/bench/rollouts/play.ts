import { withAbsent } from '../../../fleet-server/src/delivery/rollouts/execute/absent.ts';
import {
  sortByTurn,
  type Situation,
  type Turns,
} from '../../../fleet-server/src/delivery/rollouts/execute/obstacles.ts';
import { evaluateGates } from '../../../fleet-server/src/delivery/rollouts/gates/evaluate.ts';
import type { DeviceEvidence } from '../../../fleet-server/src/delivery/rollouts/gates/gate-input.ts';
import type { Evaluation, GateName } from '../../../fleet-server/src/delivery/rollouts/gates/gates.ts';
import {
  DRAFT,
  rolloutMachine,
  type RolloutInput,
  type RolloutPlan,
} from '../../../fleet-server/src/delivery/rollouts/index.ts';
import { gatesOf } from '../../../fleet-server/src/delivery/rollouts/look.ts';
import { drawStage } from '../../../fleet-server/src/delivery/rollouts/plan/draw.ts';
import { createAgenda } from './agenda.ts';
import { assignedAt, saidBy, servedAfter, type DrawnDevice, type OutcomeModel } from './outcome-model.ts';

/** How a rollout ended. `held`: it asked a person, or the time was over. */
export interface Played {
  verdict: 'completed' | 'stopped' | 'held';
  stage: number;
  gate: GateName | undefined;
  /** Devices that were given the release. */
  exposed: number;
  /** Since the rollout began. */
  endedAt: number;
  looks: number;
  /** From being given it to a decision, of every device that decided. */
  decideMs: { proven: number[]; failed: number[] };
}

export interface PlayOptions {
  model: OutcomeModel;
  /** Between two looks; a real server takes one every few seconds. */
  lookMs: number;
  untilMs: number;
}

const GIVEN_IN_A_LOOK = 2000;
const HOUR_MS = 3_600_000;

/**
 * A rollout by the engine's pure parts — the machine, the draw of stages, the order of turns, the gates — in the order in
 * which `advanceRollout` asks them, without its database. A look at which nobody has said anything new would give the
 * same evaluation, so it is not computed again; the clock of soak and deadline goes on at every look.
 */
export function play(plan: RolloutPlan, devices: readonly DrawnDevice[], options: PlayOptions): Played {
  const { model, lookMs, untilMs } = options;
  const move = rolloutMachine({
    approvals: plan.stages.map(() => false),
    onFailure: plan.onFailure,
    hasPredecessor: true,
  });
  const byId = new Map(devices.map((one) => [one.id, one]));
  const members = new Map<string, DeviceEvidence>();
  const serving = new Set<{ device: DrawnDevice; evidence: DeviceEvidence; since: number }>();
  const agenda = createAgenda(lookMs);
  const decideMs: Played['decideMs'] = { proven: [], failed: [] };
  let state = DRAFT;
  let exposed = 0;
  let isNew = true;
  let looks = 0;

  const step = (input: RolloutInput): boolean => {
    const next = move(state)(input);
    if (next === undefined) return false;
    state = next.state;
    if (next.effect?.type === 'open-stage') openStage();
    isNew = true;
    return true;
  };
  const openStage = () => {
    const { stage } = state;
    const size = plan.stages[stage]?.size ?? { percent: 100 };
    const taken = new Set(members.keys());
    const drawn = drawStage({ size, selected: [...byId.keys()], taken, unfit: new Set(), seed: plan.seed });
    for (const device of drawn) {
      const rest = { assigned: undefined, lastSeenAt: null, model: undefined, isAcknowledged: false };
      members.set(device, { device, site: 'site', stage, ...rest });
      const awayUntil = byId.get(device)?.awayUntil ?? 0;
      // When it comes, it is there: the next look finds it.
      if (awayUntil > state.openedAt && awayUntil < untilMs) agenda.at(awayUntil, () => undefined);
    }
  };
  const turnsAt = (now: number): Turns => {
    const waiting = [...members.values()]
      .filter(({ assigned }) => assigned === undefined)
      .map(({ device, stage, site, lastSeenAt }) => {
        const isOnline = (byId.get(device)?.awayUntil ?? 0) <= now;
        return { device, stage, site, isActive: true, isOnline, lastSeenAt };
      });
    return sortByTurn(waiting, { ...NOTHING_ELSE, plan, now });
  };
  const giveOut = (now: number, { due }: Turns) => {
    for (const { device: id } of due.slice(0, GIVEN_IN_A_LOOK)) {
      const [device, evidence] = [byId.get(id), members.get(id)];
      if (device === undefined || evidence === undefined) continue;
      evidence.assigned = assignedAt(now);
      exposed += 1;
      isNew = true;
      const begunAt = now + device.contactMs;
      agenda.at(begunAt, (at) => {
        evidence.lastSeenAt = at;
        evidence.model = saidBy(device, 'begun');
      });
      agenda.at(begunAt + device.decideMs, (at) => {
        evidence.lastSeenAt = at;
        evidence.model = saidBy(device, 'decided');
        (device.fails ? decideMs.failed : decideMs.proven).push(at - now);
        if (!device.fails) serving.add({ device, evidence, since: at });
      });
    }
  };

  step({ type: 'start', at: 0 });
  let [turns, evaluation]: [Turns, Evaluation | undefined] = [turnsAt(0), undefined];
  const ended = (verdict: Played['verdict'], now: number): Played => {
    const { stage } = state;
    return { verdict, stage, gate: evaluation?.gate, exposed, endedAt: now, looks, decideMs };
  };
  for (let now = 0; now <= untilMs; now += lookMs) {
    looks += 1;
    isNew = agenda.reach(now) || isNew;
    if (now % HOUR_MS < lookMs && serving.size > 0) {
      for (const { device, evidence, since } of serving) {
        if (evidence.model !== undefined) evidence.model.served = servedAfter(model, device, now - since);
      }
      isNew = true;
    }
    if (isNew) turns = turnsAt(now);
    if (isNew || evaluation === undefined) {
      const input = { ...NO_OTHER_EVIDENCE, line: plan.line, version: plan.version, devices: [...members.values()] };
      evaluation = evaluateGates(withAbsent(input, turns), gatesOf({ plan, state }), { stage: state.stage });
    }
    isNew = false;
    const { verdict, sentence } = evaluation;
    if (verdict === 'fail' && step({ type: 'gate', verdict, sentence, at: now })) return ended('stopped', now);
    giveOut(now, turns);
    step({ type: 'gate', verdict, sentence, at: now });
    const { soak = 0, deadline = 0 } = plan.stages[state.stage] ?? {};
    if (state.stageStatus === 'soaking' && now - state.since >= soak) {
      step({ type: 'soaked', at: now });
      if (state.status === 'completed') return ended('completed', now);
      giveOut(now, turnsAt(now));
    } else if (state.stageStatus !== 'soaking' && now - state.openedAt >= deadline) {
      step({ type: 'deadline', sentence, at: now });
    }
    if (state.asks) return ended('held', now);
  }
  return ended('held', untilMs);
}

const NOTHING_ELSE: Omit<Situation, 'now' | 'plan'> = {
  isFrozen: false,
  sites: new Map(),
  penalised: new Set(),
  rejecting: new Set(),
  held: new Set(),
  room: new Map(),
};
const NO_OTHER_EVIDENCE = {
  drift: { judged: 0, alarms: [] },
  quality: { candidate: [], champion: [] },
  fairness: [],
  absent: [],
};
