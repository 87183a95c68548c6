import type { AgentPhase } from '../door/tablet-agent.ts';
import type { Answer, Question } from '../worker/messages.ts';
import type { TabMessage } from './tab-messages.ts';

export interface Leading {
  take(message: TabMessage): void;
  phase(phase: AgentPhase): void;
  /** An answer to a question of another tab. */
  answer(answer: Answer): void;
}

/** The tab whose worker runs the agent: answers the others, and tells them what there is to see. */
export function lead(post: (message: TabMessage) => void, ask: (question: Question) => void): Leading {
  let last: AgentPhase = { phase: 'starting', waitsFor: 'engine' };
  post({ type: 'leading' });
  return {
    take(message) {
      if (message.type === 'hello') post({ type: 'phase', phase: last });
      else if (message.type === 'ask') {
        post({ type: 'heard', id: message.question.id });
        ask(message.question);
      }
    },
    phase(phase) {
      last = phase;
      post({ type: 'phase', phase });
    },
    answer: (answer) => post({ type: 'told', answer }),
  };
}
