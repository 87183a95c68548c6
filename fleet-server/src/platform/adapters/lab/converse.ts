import type { WatchedChild } from '@plumbline/agent/trial';
import type { LabFailure } from '../../ports/index.ts';
import type { LabReply } from './lab-protocol.ts';
import type { LabQuestion } from './lab-questions.ts';

type ReplyOf<Type extends LabReply['type']> = Extract<LabReply, { type: Type }>;

/** Asks, and gives back the reply of the type that was expected; anything else ends the job. */
export type Ask = <Type extends LabReply['type']>(question: LabQuestion, expected: Type) => Promise<ReplyOf<Type>>;

/** One job of several questions under one deadline; the first failure is the result of the job. */
export async function converse<Result extends { ok: true }>(
  child: WatchedChild<LabReply>,
  deadlineMs: number,
  job: (ask: Ask) => Promise<Result>,
): Promise<Result | LabFailure> {
  const startedAt = performance.now();
  const ask: Ask = async (question, expected) => {
    const answer = await child.ask(question, Math.max(0, deadlineMs - (performance.now() - startedAt)));
    if (!answer.ok) {
      const isLate = answer.reason === 'timed_out';
      throw new JobEnded(isLate ? { ...answer, detail: `no answer within ${deadlineMs} ms` } : answer);
    }
    if (!isOf(expected, answer.reply)) {
      throw new JobEnded({ ok: false, reason: 'failed', detail: 'answered out of turn' });
    }
    return answer.reply;
  };
  try {
    return await job(ask);
  } catch (cause) {
    if (cause instanceof JobEnded) return cause.failure;
    throw cause;
  }
}

class JobEnded extends Error {
  readonly failure: LabFailure;
  constructor(failure: LabFailure) {
    super(failure.detail);
    this.failure = failure;
  }
}

function isOf<Type extends LabReply['type']>(type: Type, reply: LabReply): reply is ReplyOf<Type> {
  return reply.type === type;
}
