import { useEffect, useState } from 'preact/hooks';
import { Notice } from '../parts/notice.tsx';
import { wordsOfCode } from '../words/problem-words.ts';
import type { StartStage } from '../worker/types.ts';
import { useSite } from './site.tsx';

/** Longer nobody waits without a word. */
const PATIENCE_MS = 3000;

/** What a start waits for that takes longer than usual. */
export function useStuck(): StartStage | undefined {
  const { phase, view } = useSite();
  const isBehind = phase.phase === 'following' && view === undefined;
  const waitsFor = phase.phase === 'starting' ? phase.waitsFor : isBehind ? 'turn' : undefined;
  const isWaiting = waitsFor !== undefined;
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!isWaiting) return setLong(false);
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return isLong ? waitsFor : undefined;
}

/** Where there is nothing to paint yet. */
export function Waiting() {
  const { phase, words } = useSite();
  const { waiting } = words;
  const stuck = useStuck();
  if (phase.phase === 'failed') {
    return (
      <Notice kind="bad" title={waiting.failed}>
        {wordsOfCode(phase.code, words)}
      </Notice>
    );
  }
  if (stuck === undefined) return null;
  return <Notice title={waiting.title}>{waiting.reasons[stuck]}</Notice>;
}
