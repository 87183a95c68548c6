import type { Logger } from 'pino';
import { codeOf, isCodedError, messageOf } from '@plumbline/shared/errors';
import type { RolloutDeps } from '../../../delivery/rollouts/index.ts';
import { automationStop } from '../automation/switch.ts';
import { RetrainingError } from '../errors.ts';
import { listRetrainPolicies } from '../policy/read.ts';
import { examine, findSubmitted, type ExamineDeps } from './examine.ts';
import { followApproval, followRollout, holdRollout } from './follow.ts';
import { lookAtLine } from './open.ts';
import { beginAttempt, moveTurn } from './record.ts';
import { openTurns, type Turn } from './turn.ts';

export type RetrainerDeps = Omit<ExamineDeps, 'desk'> & {
  desk: ExamineDeps['desk'] & RolloutDeps['desk'];
  log: Pick<Logger, 'warn' | 'error'>;
};

export interface Retrainer {
  /** Goes on with open turns and opens new ones; an examination runs on by itself. */
  look(): Promise<void>;
  /** Resolves when nothing is examined. */
  idle(): Promise<void>;
  /** What is examined is given up: the next server begins it anew. */
  close(): Promise<void>;
}

/** Policies are asked once an hour: what they ask for lasts days. */
const BETWEEN_MS = 3_600_000;
/** An examination that ended so many servers is not begun again. */
const MOST_ATTEMPTS = 3;
export const LOOP = 'system:retraining';

/** The loop from findings to a model in force: what it may do by itself is in the policy of each line. */
export function createRetrainer(deps: RetrainerDeps): Retrainer {
  const mine = new Map<string, AbortController>();
  let work: Promise<void> = Promise.resolve();
  let lookedAt = -Infinity;
  let isClosed = false;

  const start = (turn: Turn) => {
    const control = new AbortController();
    mine.set(turn.id, control);
    work = work
      .then(() => runExamination(deps, turn, control.signal))
      .catch((error: unknown) => deps.log.error({ turn: turn.id, code: codeOf(error), err: error }, 'retraining'))
      .finally(() => mine.delete(turn.id));
  };

  return {
    async look() {
      if (isClosed) return;
      const { db } = deps.database;
      const stop = await automationStop(db);
      const open = await openTurns(db);
      if (stop !== undefined) {
        const reason = `automation is stopped by ${stop.actor}: ${stop.reason}`;
        // What is examined says itself how far it has come: it may have submitted its candidate a moment ago.
        for (const control of mine.values()) control.abort(new RetrainingError('automation_stopped', reason));
        for (const turn of open) if (!mine.has(turn.id)) await halt(deps, turn, reason);
        return;
      }
      for (const turn of open) {
        if (turn.state === 'examining' && !mine.has(turn.id)) start(turn);
        else await follow(deps, turn);
      }
      const now = deps.now();
      if (now - lookedAt < BETWEEN_MS) return;
      lookedAt = now;
      const busy = new Set(open.map(({ line }) => line));
      for (const { line, spec } of await listRetrainPolicies(db)) {
        if (spec.mode === 'off' || busy.has(line)) continue;
        const turn = await opened(deps, spec);
        if (turn !== undefined) start(turn);
      }
    },
    async idle() {
      await work;
    },
    async close() {
      isClosed = true;
      for (const control of mine.values()) control.abort();
      await work;
    },
  };
}

/** One line whose dataset is gone or whose release was withdrawn must not hold up the others. */
async function opened(deps: RetrainerDeps, spec: Parameters<typeof lookAtLine>[2]): Promise<Turn | undefined> {
  try {
    return (await lookAtLine(deps, LOOP, spec)).turn;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    deps.log.warn({ line: spec.line, code: error.code, err: error }, 'a line could not be looked at');
    return undefined;
  }
}

async function follow(deps: RetrainerDeps, turn: Turn): Promise<void> {
  try {
    if (turn.state === 'awaiting-approval') await followApproval(deps, LOOP, turn);
    if (turn.state === 'rolling-out') await followRollout(deps, LOOP, turn);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    await moveTurn(deps, LOOP, turn, 'failed', { says: `${codeOf(error)}: ${messageOf(error)}` });
  }
}

/**
 * An examination ends; a candidate that waits goes on waiting; a rollout is paused, for a person to resume. What cannot be
 * halted holds up no other turn.
 */
async function halt(deps: RetrainerDeps, turn: Turn, reason: string): Promise<void> {
  try {
    if (turn.state === 'examining') await endExamination(deps, turn, reason);
    else await holdRollout(deps, LOOP, turn, reason);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    deps.log.warn({ turn: turn.id, code: error.code, err: error }, 'a turn could not be halted');
  }
}

/** A candidate that was submitted waits for its signature, whoever heard of it; without one the turn is over. */
async function endExamination(deps: RetrainerDeps, turn: Turn, reason: string): Promise<void> {
  const submitted = await findSubmitted(deps, turn);
  if (submitted !== undefined) await moveTurn(deps, LOOP, turn, submitted.input, submitted.change);
  else await moveTurn(deps, LOOP, turn, 'stopped', { says: reason });
}

async function runExamination(deps: RetrainerDeps, turn: Turn, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return givenUp(deps, turn, signal);
  if ((await beginAttempt(deps, turn)) > MOST_ATTEMPTS) {
    const says = `retrain_interrupted: the server ended in it ${MOST_ATTEMPTS} times`;
    await moveTurn(deps, LOOP, turn, 'failed', { says });
    return;
  }
  try {
    const { input, change } = await examine(deps, LOOP, turn, signal);
    await moveTurn(deps, LOOP, turn, input, change);
  } catch (error) {
    if (signal.aborted) return givenUp(deps, turn, signal);
    await moveTurn(deps, LOOP, turn, 'failed', { says: `${codeOf(error)}: ${messageOf(error)}` });
    if (!isCodedError(error)) throw error;
  }
}

/** With its server it is begun anew by the next one; by the switch it is over. */
async function givenUp(deps: RetrainerDeps, turn: Turn, { reason }: AbortSignal): Promise<void> {
  if (reason instanceof RetrainingError) await endExamination(deps, turn, reason.message);
}
