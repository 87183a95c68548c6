import type { AgentState } from '@plumbline/agent';
import type { Ledger } from './ledger.ts';

/** Everything a device has once believed in and must never believe in less. */
export interface TrustCheck {
  look(state: AgentState): void;
  /** The newest of two stored generations was destroyed: what it held is forgiven once. */
  forgive(): void;
}

export function createTrustCheck(ledger: Ledger): TrustCheck {
  const highest = new Map<string, number>();
  let isForgiven = false;
  return {
    look(state) {
      const { documents, fleet, timeFloor } = state.trust;
      const now: [string, number][] = [
        ['assignment seq', state.assignmentSeq],
        ['fleet document', fleet],
        ['time floor', timeFloor],
        ['site cursor', state.siteCursor],
        ...documents.map(({ role, version }): [string, number] => [role, version]),
        ...state.lines.map(({ line, ranCounter }): [string, number] => [`counter of ${line}`, ranCounter]),
      ];
      for (const [what, value] of now) {
        const before = highest.get(what) ?? -Infinity;
        if (value < before && !isForgiven) ledger.add('trust_fell', `${what} went from ${before} to ${value}`);
        highest.set(what, isForgiven ? value : Math.max(before, value));
      }
      isForgiven = false;
    },
    forgive() {
      isForgiven = true;
    },
  };
}
