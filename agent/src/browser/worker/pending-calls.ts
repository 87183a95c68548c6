import type { CodedError } from '@plumbline/shared/errors';
import { thrownOf } from './crossing.ts';
import type { Answer, CallName, Calls, Question } from './messages.ts';

export interface PendingCalls {
  /** Resolves with the answer to this question, whoever gives it. */
  ask<Name extends CallName>(
    name: Name,
    args: Calls[Name]['args'],
    onPending?: (fingerprint: string) => void,
  ): Promise<Calls[Name]['answer']>;
  take(answer: Answer): void;
  /** Sends what nobody answered again: to the one who answers from now on. */
  sendAgain(): void;
  /** Nobody will answer any more. */
  fail(error: CodedError): void;
}

interface Pending {
  question: Question;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
  onPending: ((fingerprint: string) => void) | undefined;
}

/** Questions that are on their way. @param newId names one that no other tab uses */
export function createPendingCalls(send: (question: Question) => void, newId: () => string): PendingCalls {
  const pending = new Map<string, Pending>();
  return {
    ask: (name, args, onPending) =>
      new Promise((resolve, reject) => {
        const question = { type: 'call', id: newId(), name, args } as Question;
        pending.set(question.id, { question, resolve, reject, onPending });
        send(question);
      }),
    take(answer) {
      const one = pending.get(answer.id);
      if (answer.type === 'pending') return one?.onPending?.(answer.fingerprint);
      pending.delete(answer.id);
      if (answer.type === 'failure') one?.reject(thrownOf(answer.error));
      // Its type follows from the name of the question, which the other side answered.
      else one?.resolve(answer.value as never);
    },
    sendAgain() {
      for (const { question } of pending.values()) send(question);
    },
    fail(error) {
      const all = [...pending.values()];
      pending.clear();
      for (const { reject } of all) reject(error);
    },
  };
}
