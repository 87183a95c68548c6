import { codeOf, isRetryable, messageOf } from '@plumbline/shared/errors';
import { sleep } from '@plumbline/shared/ports';
import { LOOK_AGAIN_MS, nextPhase, notNow, type NotNow } from '../install/preflight/not-now.ts';
import type { InstallDeps } from '../install/step.ts';
import { loadModel } from '../predict/load.ts';
import { stored, type OnDamaged } from '../store/json.ts';
import { updateKey } from '../store/keys.ts';
import {
  nextStep,
  updateMachine,
  type NextStep,
  type Target,
  type UpdateInput,
  type UpdateModel,
} from '../update/index.ts';
import { EXECUTORS } from './executors.ts';
import { inputOfFailure } from './failure.ts';

export interface LineDeps extends InstallDeps {
  changed: (model: UpdateModel) => void;
  /** A stored line that cannot be read: it is assigned, and fetched, anew. */
  onDamaged?: OnDamaged;
}

/** One model line: the pure machine, its executors, and the state on disk between them. */
export interface Line {
  model(): UpdateModel;
  /** Tells the machine how the process before ended, and brings the active slot into service without the network. */
  open(cleanStart: boolean): Promise<void>;
  assign(target: Target): void;
  /** What held an install back may have changed: looks again, at once; in the middle of a fetch too, when it is asked. */
  reconsider(interrupting?: 'fetch'): void;
  decline(input: Extract<UpdateInput, { type: 'declined' }>): Promise<void>;
  /** Takes step after step until the signal fires; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** After a step whose outcome could not be stored or used: the plan is derived again, but not in a hot loop. */
const RETRY_MS = 10_000;
/** States that are worth a row of their own; the rest shows in the device report. */
const REPORTED = new Set<UpdateModel['state']>(['refused', 'deferred', 'rolling-back', 'committed']);
/** Reasons whose end nobody knows: the device looks again every few minutes. */
const LOOKED_AT = new Set<UpdateModel['reason']>(['disk_full', 'memory_low', 'power_low', 'retiring']);
/** Re-check of what depends on time alone (expiry), while nothing happens. */
const IDLE_MS = 3_600_000;

/** True when all that is new is when the device looks again. */
function isSameWait(before: UpdateModel, after: UpdateModel): boolean {
  const isWait = before.state === 'deferred' && after.state === 'deferred' && before.reason === after.reason;
  return isWait && (after.reason === undefined || LOOKED_AT.has(after.reason));
}

export function createLine(deps: LineDeps, initial: UpdateModel, initialTarget?: Target): Line {
  let model = initial;
  let desired = initialTarget;
  let interrupt = new AbortController();

  let turn: Promise<unknown> = Promise.resolve();

  /**
   * Next state first, step second: what is stored is never behind what was done. Inputs are taken one after the other.
   * @param asOf the input answers this state only
   * @returns false when the input changed nothing
   */
  const apply = (input: UpdateInput, asOf?: UpdateModel): Promise<boolean> => {
    const result = turn.then(() => applyNow(input, asOf));
    turn = result.catch(() => undefined);
    return result;
  };

  const applyNow = async (input: UpdateInput, asOf?: UpdateModel): Promise<boolean> => {
    // Overtaken while the step ran: the plan is derived again.
    if (asOf !== undefined && asOf !== model) return true;
    const transition = updateMachine(model)(input);
    if (transition === undefined) return false;
    await deps.store.commit([{ put: updateKey(model.line), value: stored(transition.state) }]);
    const before = model;
    model = transition.state;
    if (model.state !== before.state) report(before);
    // A wait that only goes on is no news.
    if (!isSameWait(before, model)) deps.changed(model);
    return true;
  };

  /** The wait that was told last, so that one which goes on for weeks is told once. */
  let toldWait: string | undefined;
  const report = (before: UpdateModel) => {
    if (!REPORTED.has(model.state)) return;
    const wait = model.state === 'deferred' ? `${model.target?.sha256} ${model.reason}` : undefined;
    if (wait !== undefined && wait === toldWait) return;
    toldWait = wait;
    const { line, state, reason = null, detail = null, target, proof = null } = model;
    const details = { line, from: before.state, reason, detail, proof, sha256: target?.sha256 ?? null };
    deps.event(`update_${state.replaceAll('-', '_')}`, details);
  };

  const doStep = async (signal: AbortSignal): Promise<boolean> => {
    const next = nextStep(desired, model, deps.trustedNow());
    const held = await heldBack(next);
    if (held === 'free') return apply({ type: 'resumed' });
    if (held !== undefined) return waitOut(held, signal);
    if (next.kind === 'tell') return apply(next.input);
    if (next.kind === 'wait') {
      await sleep(deps.clock, Math.min(IDLE_MS, (next.until ?? Infinity) - deps.trustedNow()), signal);
      return true;
    }
    const { target } = model;
    if (target === undefined) return false;
    const doing = model;
    try {
      const input = await EXECUTORS[next.effect](deps, { model: doing, target, signal });
      return input === undefined || (await apply(input, doing));
    } catch (error) {
      return await apply(inputOfFailure(error, next.effect, doing, deps.trustedNow()), doing);
    }
  };

  /** What still keeps a line waiting; looked at whenever something may have changed, before its time as well as at it. */
  const heldBack = async (next: NextStep): Promise<NotNow | 'free' | undefined> => {
    const { state, target, reason } = model;
    if (state !== 'deferred' || target === undefined) return undefined;
    const isTime = next.kind === 'tell' && next.input.type === 'resumed';
    // A disk that refused a write is left alone for the whole time, whatever it says of its free space.
    const mayEndSooner = next.kind === 'wait' && reason !== undefined && reason !== 'disk_full';
    if (!isTime && !mayEndSooner) return undefined;
    return (await notNow(deps, { model, target }, nextPhase(model))) ?? 'free';
  };

  const waitOut = async (held: NotNow, signal: AbortSignal): Promise<boolean> => {
    const doing = model;
    await apply(held, doing);
    // A time that is over by this clock, and not by the one that named it: asked again a little later.
    const leftMs = held.until - deps.trustedNow();
    await sleep(deps.clock, leftMs > 0 ? Math.min(IDLE_MS, leftMs) : LOOK_AGAIN_MS, signal);
    return true;
  };

  /** Brings the active slot into service; a slot that cannot serve is given up for the other one or another fetch. */
  const serve = async () => {
    while (model.active !== undefined) {
      const slot = model.active;
      const content = model.slots[slot];
      if (content === undefined || deps.predictor.get(model.line)?.sha256 === content.sha256) return;
      try {
        deps.predictor.swap(await loadModel(deps, model.line, slot, content));
        return;
      } catch (error) {
        deps.event('slot_unusable', { line: model.line, slot, code: codeOf(error), detail: messageOf(error) });
        if (isRetryable(error) || !(await apply({ type: 'damaged', slot }))) return;
      }
    }
  };

  const wake = () => {
    const interrupted = interrupt;
    interrupt = new AbortController();
    interrupted.abort();
  };

  return {
    model: () => model,
    async open(cleanStart) {
      await apply({ type: 'started', clean: cleanStart });
      await serve();
    },
    assign(target) {
      desired = target;
      const next = nextStep(desired, model, deps.trustedNow());
      if (next.kind === 'tell' && next.input.type === 'assigned') wake();
    },
    reconsider(interrupting) {
      if (model.state === 'deferred' || (interrupting === 'fetch' && model.state === 'fetching')) wake();
    },
    async decline(input) {
      // What was wanted before is wanted no more: the refusal must not be talked round by it.
      desired = undefined;
      if (await apply(input)) wake();
    },
    async run(signal) {
      while (!signal.aborted) {
        const step = AbortSignal.any([signal, interrupt.signal]);
        let moved = false;
        try {
          await serve();
          moved = await doStep(step);
        } catch (error) {
          deps.event('update_stuck', { line: model.line, code: codeOf(error), detail: messageOf(error) });
        }
        if (!moved) await sleep(deps.clock, RETRY_MS, step);
      }
    },
  };
}
