import { keepWord, readWord } from './local-words.ts';

const NAME = 'plumbline.life';

export interface LifeMark {
  /** The life before this one ended with its page: closed, reloaded, or put away by the system while nobody looked. */
  endedQuietly: boolean;
  stop(): void;
}

/**
 * Tells a page that went from an agent that crashed: a page that goes says so first, and one that nobody looks at may be
 * ended without a word. What ends while somebody looks is an unclean end, of which three speak against a new model. Only
 * the tab that leads keeps the mark; `localStorage`, because nothing else is written in time by a page that goes.
 */
export function watchLife(): LifeMark {
  const stop = new AbortController();
  const endedQuietly = readWord(NAME) !== 'visible';
  const mark = (state: string) => keepWord(NAME, state);
  document.addEventListener('visibilitychange', () => mark(document.visibilityState), { signal: stop.signal });
  globalThis.addEventListener('pagehide', () => mark('hidden'), { signal: stop.signal });
  mark(document.visibilityState);
  return {
    endedQuietly,
    stop() {
      stop.abort();
      mark('hidden');
    },
  };
}
