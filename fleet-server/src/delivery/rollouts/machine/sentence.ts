import type { Rollout } from '../read.ts';
import type { RolloutInput } from './state.ts';

/** What happened, as people read it. */
export function sentenceOf(before: Rollout, after: Rollout, input: RolloutInput): string {
  const stageName = (index: number) => `stage ${index + 1} (${after.plan.stages[index]?.name ?? '–'})`;
  const { state } = after;
  switch (input.type) {
    case 'gate':
    case 'deadline':
      return input.sentence;
    case 'reject':
      return state.reason;
    case 'pause':
    case 'stop':
    case 'revert':
      return `${input.type}: ${input.reason}`;
    case 'approve':
      return `${stageName(state.stage)} is approved by ${input.actor} and opens`;
    case 'resume':
      return `resumed: ${input.reason}`;
    case 'start':
    case 'soaked':
    case 'proceed': {
      const why = { start: 'started', soaked: `${stageName(before.state.stage)} held for its soak` };
      const cause = input.type === 'proceed' ? `a person lets it go on: ${input.reason}` : why[input.type];
      if (state.status === 'completed') return `${cause}; every stage passed`;
      if (state.status === 'awaiting-approval') return `${cause}; ${stageName(state.stage + 1)} waits for its approval`;
      return `${cause}; ${stageName(state.stage)} opens`;
    }
  }
}
