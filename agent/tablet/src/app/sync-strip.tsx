import { useEffect, useState } from 'preact/hooks';
import type { AgentPhase, SiteView } from '../worker/types.ts';
import type { Words } from '../words/words.ts';
import { hrefOf } from './router.ts';
import { isOfNow, useSite } from './site.tsx';
import { useStuck } from './waiting.tsx';

/** A connection that comes and goes within this time is not worth a word. */
const STEADY_MS = 2500;

/** One line that is always there and always true: connected or not, and what still waits. */
export function SyncStrip() {
  const { view, phase, words, now } = useSite();
  const isKnown = isOfNow(phase);
  const isConnected = useSteady(view?.connected === true, isKnown);
  const line = !isKnown ? 'unknown' : isConnected ? 'on' : 'off';
  const stuck = useStuck();
  const waits = view !== undefined && view.unsent.entries + view.unsent.photos > 0;
  return (
    <a class="sync" href={hrefOf({ page: 'tablet' })} data-state={line} data-phase={phase.phase} data-waits={waits}>
      <span class="sync-dot" aria-hidden="true" />
      <span role="status">
        <b>{lineWords(line, view, words, now)}</b> {view !== undefined && stateWords(view, phase, words, now)}
        {view !== undefined && stuck !== undefined && ` ${words.waiting.reasons[stuck]}`}
      </span>
    </a>
  );
}

function lineWords(line: 'unknown' | 'on' | 'off', view: SiteView | undefined, { sync }: Words, now: number): string {
  if (line === 'unknown') return view === undefined ? sync.starting : `${sync.asOf(view.at, now)}.`;
  if (line === 'on') return sync.connected;
  return view?.lastContactAt === undefined ? sync.offline : `${sync.offline} ${sync.since(view.lastContactAt, now)}`;
}

function stateWords(view: SiteView, { phase }: AgentPhase, { sync }: Words, now: number): string {
  const { entries, photos, oldestAt } = view.unsent;
  const waits = entries + photos > 0;
  const waiting = waits ? sync.waiting(entries, photos, oldestAt, now) : '';
  if (phase === 'failed') return `${sync.failed} ${waiting}`;
  if (phase === 'starting') return `${sync.starting} ${waiting}`;
  return waits ? waiting : `${sync.allSent} ${view.connected ? '' : sync.goOn}`;
}

/** The first value that counts at once, a later one when it has stood for a while. */
function useSteady(value: boolean, counts: boolean): boolean {
  const [steady, setSteady] = useState<boolean>();
  useEffect(() => {
    if (!counts) return;
    const timer = setTimeout(() => setSteady(value), steady === undefined ? 0 : STEADY_MS);
    return () => clearTimeout(timer);
  }, [value, counts]);
  return steady ?? value;
}
