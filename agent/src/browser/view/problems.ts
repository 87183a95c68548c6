import type { AgentEvent } from '../../index.ts';
import type { SiteView } from '../door/site-view.ts';

type Problem = SiteView['problems'][number];

export interface Problems {
  take(event: AgentEvent): void;
  /** Newest first. */
  all(): Problem[];
}

const KEPT = 20;
/** An event that a person should know of, too: what was stored here is not all there any more. */
const VALUE_LOST = 'stored_value_lost';

/** The latest problems of this life; one that comes again takes the place of its earlier self. */
export function createProblems(): Problems {
  let kept: Problem[] = [];
  return {
    take({ at, code, details }) {
      if (code !== 'problem' && code !== VALUE_LOST) return;
      const { problem = code, message = details['key'] } = details;
      const found: Problem = { code: String(problem), at, detail: String(message) };
      kept = [found, ...kept.filter((one) => one.code !== found.code)].slice(0, KEPT);
    },
    all: () => kept,
  };
}
