import { codeOf, messageOf } from '@plumbline/shared/errors';
import { useEffect, useState } from 'preact/hooks';
import { isUp, startAgain } from '../offline/start-again.ts';
import type { AgentPhase, SiteView, TabletAgent } from '../worker/types.ts';

interface Known {
  phase: AgentPhase;
  agent: TabletAgent | undefined;
}

/** Starts the agent after the first paint; until then, and while it is away, what was stored stays on the screen. */
export function useAgent(stored: SiteView | undefined): Known & {
  view: SiteView | undefined;
  /** What a storage that answered late knows; a view that is newer stays. */
  remember: (view: SiteView | undefined) => void;
} {
  const [known, setKnown] = useState<Known>({ phase: { phase: 'starting', waitsFor: 'engine' }, agent: undefined });
  const [view, setView] = useState(stored);
  useEffect(() => {
    let stop: (() => void) | undefined;
    let isGone = false;
    const follow = (phase: AgentPhase, agent: TabletAgent | undefined) => {
      setKnown({ phase, agent });
      if ('view' in phase && phase.view !== undefined) setView(phase.view);
      // Nothing of what a browser has thrown away, or of a fleet that was left, is shown.
      if (phase.phase === 'not-enrolled') setView(undefined);
    };
    const open = async () => {
      const { openTabletAgent } = await import('../worker/open.ts');
      isUp();
      const agent = openTabletAgent();
      if (isGone) return void agent.close();
      const unsubscribe = agent.subscribe((phase) => follow(phase, agent));
      stop = () => {
        unsubscribe();
        void agent.close();
      };
    };
    open().catch((error: unknown) => {
      follow({ phase: 'failed', code: codeOf(error), detail: messageOf(error) }, undefined);
      startAgain();
    });
    return () => {
      isGone = true;
      stop?.();
    };
  }, []);
  const remember = (late: SiteView | undefined) => setView((newer) => newer ?? late);
  return { ...known, view: known.phase.phase === 'not-enrolled' ? undefined : view, remember };
}
