import { AgentError } from '../errors.ts';

/** What makes rows for the server comes in through here; shut while the last ones are handed over. */
export interface Door {
  isShut(): boolean;
  shut(): void;
  open(): void;
  /** Runs work that makes rows. @throws AgentError `retiring` while the door is shut: nothing of it was kept */
  through<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing that came in is still under way. */
  idle(): Promise<void>;
}

/** @param isShut from the beginning: the process before had handed over */
export function createDoor(isShut: boolean): Door {
  let isClosed = isShut;
  const inside = new Set<Promise<unknown>>();
  return {
    isShut: () => isClosed,
    shut() {
      isClosed = true;
    },
    open() {
      isClosed = false;
    },
    async through(work) {
      if (isClosed) {
        throw new AgentError('retiring', 'this device hands over its last rows and leaves the fleet', {
          kind: 'unavailable',
          expected: 'a device that stays',
        });
      }
      const running = work();
      inside.add(running);
      try {
        return await running;
      } finally {
        inside.delete(running);
      }
    },
    async idle() {
      while (inside.size > 0) await Promise.allSettled(inside);
    },
  };
}
