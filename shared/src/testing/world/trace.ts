/** What happened, in order: two runs of one seed are the same run exactly when their hashes are equal. */
export interface Trace {
  note(atMs: number, what: string): void;
  /** 16 hex digits over every note so far. */
  hash(): string;
  events(): number;
  /** The newest notes, oldest first. */
  tail(): string[];
}

const KEPT = 400;

/** @param startAt ms; notes are shown in seconds since then */
export function createTrace(startAt: number): Trace {
  // Two lanes of FNV-1a with different primes: 64 bits in all, enough to tell runs apart, nothing to sign with.
  let low = 0x811c9dc5;
  let high = 0x9dc5811c;
  let events = 0;
  const kept: string[] = [];
  return {
    note(atMs, what) {
      const line = `${((atMs - startAt) / 1000).toFixed(3)} ${what}`;
      for (let i = 0; i < line.length; i += 1) {
        const code = line.charCodeAt(i);
        low = Math.imul(low ^ code, 0x01000193);
        high = Math.imul(high ^ code, 0x01000233);
      }
      kept[events % KEPT] = line;
      events += 1;
    },
    hash: () => hex(low) + hex(high),
    events: () => events,
    tail: () => (events <= KEPT ? kept.slice() : [...kept.slice(events % KEPT), ...kept.slice(0, events % KEPT)]),
  };
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}
