import type { AgentChange, AgentEvent } from '../../index.ts';

/** One thing that happened, numbered; `data` is JSON. */
export interface FeedEvent {
  id: number;
  event: 'predictions' | 'line' | 'connection' | 'event' | 'gap';
  data: string;
}

export interface FeedReader extends Disposable {
  /** What it asked to go on from is not kept any more: it begins with the oldest that is. */
  missed: boolean;
  /**
   * The next thing that happened, or undefined when `waitMs` have passed without one.
   * @returns 'behind' for a reader that is slower than what is kept, 'closed' at the end of the process
   */
  next(waitMs: number): Promise<FeedEvent | 'behind' | 'closed' | undefined>;
}

/** What happens in an agent, kept for a while, so that a reader who was cut off goes on where it was. */
export interface ChangeFeed {
  /** Tells this process from the one before: numbers start anew with it. */
  epoch: string;
  takeChange(change: AgentChange): void;
  takeEvent(event: AgentEvent): void;
  /** @param after number of the last event that was read; undefined: only what comes. undefined: too many readers */
  read(after: number | undefined): FeedReader | undefined;
  readers(): number;
  close(): void;
}

export interface FeedLimits {
  events: number;
  /** Of all events kept, counted in characters of their data. */
  characters: number;
  readers: number;
}

const LIMITS: FeedLimits = { events: 1000, characters: 2 ** 21, readers: 32 };
/** A batch of thousands is told by its count and its first predictions. */
const SHOWN = 50;

export function createChangeFeed(epoch: string, limits: FeedLimits = LIMITS): ChangeFeed {
  let kept: FeedEvent[] = [];
  let characters = 0;
  let lastId = 0;
  let isClosed = false;
  const readers = new Set<() => void>();

  const take = (event: FeedEvent['event'], value: unknown) => {
    lastId += 1;
    const data = JSON.stringify(value);
    kept.push({ id: lastId, event, data });
    characters += data.length;
    let drop = 0;
    while (kept.length - drop > limits.events || (characters > limits.characters && drop < kept.length - 1)) {
      characters -= kept[drop]?.data.length ?? 0;
      drop += 1;
    }
    if (drop > 0) kept = kept.slice(drop);
    for (const wake of readers) wake();
  };

  return {
    epoch,
    takeChange(change) {
      if (change.kind === 'predictions') take('predictions', shown(change));
      else if (change.kind === 'line') take('line', change.model);
      else take('connection', { connected: change.connected });
    },
    takeEvent: (event) => take('event', event),
    readers: () => readers.size,
    read(after) {
      if (readers.size >= limits.readers) return undefined;
      const oldestNow = kept[0]?.id ?? lastId + 1;
      const missed = after !== undefined && (after + 1 < oldestNow || after > lastId);
      let position = missed ? oldestNow - 1 : (after ?? lastId);
      let wake: (() => void) | undefined;
      const own = () => wake?.();
      readers.add(own);
      const look = (): FeedEvent | 'behind' | 'closed' | undefined => {
        if (isClosed) return 'closed';
        if (position === lastId) return undefined;
        const oldest = kept[0]?.id ?? lastId + 1;
        if (position + 1 < oldest) return 'behind';
        const found = kept[position + 1 - oldest];
        position += 1;
        return found;
      };
      return {
        missed,
        async next(waitMs) {
          const found = look();
          if (found !== undefined) return found;
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, waitMs);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
          wake = undefined;
          return look();
        },
        [Symbol.dispose]() {
          readers.delete(own);
          wake?.();
        },
      };
    },
    close() {
      isClosed = true;
      for (const wake of readers) wake();
    },
  };
}

function shown({ predictions, refs }: Extract<AgentChange, { kind: 'predictions' }>) {
  const [first] = predictions;
  return {
    count: predictions.length,
    line: first?.line,
    version: first?.version,
    sha256: first?.sha256,
    predictions: predictions.slice(0, SHOWN).map(({ activity, asOf, score, label }, i) => ({
      ...(refs[i] !== undefined && { ref: refs[i] }),
      ...(activity !== undefined && { activity }),
      asOf,
      score,
      ...(label !== undefined && { label }),
    })),
  };
}
