import type { AgentPhase } from '../door/tablet-agent.ts';
import { TabletError } from '../errors.ts';
import { crossed } from '../worker/crossing.ts';
import type { Answer, Question } from '../worker/messages.ts';
import type { TabMessage } from './tab-messages.ts';

export interface Following {
  send(question: Question): void;
  take(message: TabMessage): void;
  /** This tab leads from now on, or is closed: nobody is waited for any more. */
  end(): void;
}

export interface FollowDeps {
  post: (message: TabMessage) => void;
  onPhase: (phase: AgentPhase) => void;
  onAnswer: (answer: Answer) => void;
  /** Another tab took over: what was asked of the one before is to be asked again. */
  onLeader: () => void;
  heardWithinMs?: number;
}

/** Long enough for a tab that goes and another that takes over. */
const HEARD_WITHIN_MS = 10_000;

/** A tab that does not run the agent: shows what the leader says, hands commands over, and does not wait for ever. */
export function follow({ post, onPhase, onAnswer, onLeader, heardWithinMs = HEARD_WITHIN_MS }: FollowDeps): Following {
  const unheard = new Map<string, ReturnType<typeof setTimeout>>();
  const settle = (id: string) => {
    clearTimeout(unheard.get(id));
    unheard.delete(id);
  };
  const silent = (id: string) => {
    settle(id);
    const error = new TabletError('leader_silent', 'the tab that runs the agent does not answer', {
      kind: 'unavailable',
      expected: 'one open tab of this app that is not stuck',
    });
    onAnswer({ type: 'failure', id, error: crossed(error) });
  };
  return {
    send(question) {
      settle(question.id);
      unheard.set(
        question.id,
        setTimeout(() => silent(question.id), heardWithinMs),
      );
      post({ type: 'ask', question });
    },
    take(message) {
      if (message.type === 'phase') onPhase(followed(message.phase));
      else if (message.type === 'leading') onLeader();
      else if (message.type === 'heard') settle(message.id);
      else if (message.type === 'told') {
        settle(message.answer.id);
        onAnswer(message.answer);
      }
    },
    end() {
      for (const id of unheard.keys()) settle(id);
    },
  };
}

function followed(phase: AgentPhase): AgentPhase {
  if (phase.phase === 'running') return { phase: 'following', view: phase.view };
  return phase.phase === 'starting' ? { phase: 'following' } : phase;
}
