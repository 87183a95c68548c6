import type { LifeNames } from '../worker/messages.ts';
import { keepWord, readWord } from './local-words.ts';

const NAME = 'plumbline.life';

export interface LifeMark {
  /** Names the life that begins now, for the worker that lives it. */
  begin(): LifeNames;
  stop(): void;
}

/**
 * Tells a page that went from an agent that crashed: a page that goes says so first, and one that nobody looks at may be
 * ended without a word. What ends while somebody looks is an unclean end, of which three speak against a new model. Only
 * the tab that leads keeps the mark; in `localStorage`, because nothing else is written in time by a page that goes. That
 * reaches the disk seconds later, so the mark names the life it speaks of: after a kill an older one speaks of no other.
 */
export function watchLife(): LifeMark {
  const stop = new AbortController();
  let quiet = readWord(NAME);
  let now: string | undefined;
  const mark = () => keepWord(NAME, document.visibilityState === 'visible' ? undefined : now);
  document.addEventListener('visibilitychange', mark, { signal: stop.signal });
  globalThis.addEventListener('pagehide', () => keepWord(NAME, now), { signal: stop.signal });
  return {
    begin() {
      const before = quiet;
      // A worker that is started again under the same page has crashed.
      quiet = undefined;
      now = crypto.randomUUID();
      mark();
      return { now, ...(before !== undefined && { quiet: before }) };
    },
    stop() {
      stop.abort();
      keepWord(NAME, now);
    },
  };
}
