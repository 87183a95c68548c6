import type { AgentPhase } from '../door/tablet-agent.ts';
import type { Answer, Question } from '../worker/messages.ts';

/** What tabs of one browser say to each other. Everybody hears everything. */
export type TabMessage =
  /** A follower wants to know what the leader shows. */
  | { type: 'hello' }
  /** From now on this tab runs the agent: what was asked of another is asked again. */
  | { type: 'leading' }
  | { type: 'phase'; phase: AgentPhase }
  | { type: 'ask'; question: Question }
  /** The leader has the question; the answer may take its time. */
  | { type: 'heard'; id: string }
  | { type: 'told'; answer: Answer };

export const CHANNEL = 'plumbline-tabs';
/** Held by the tab whose worker runs the agent. A browser gives it to the next one when the tab goes, however it goes. */
export const LEADER_LOCK = 'plumbline-tab';
