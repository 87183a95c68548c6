import type { Agent } from '../../index.ts';
import type { Sample } from './exposition.ts';

/** Upper bounds in seconds: from a bare run of a small model to a batch of thousands. */
const BOUNDS_S = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** How long calls took, counted by the bounds of a Prometheus histogram. */
export interface Latency {
  observe(tookS: number): void;
  samples(): Sample[];
}

export function createLatency(): Latency {
  const counts = [...BOUNDS_S, Infinity].map(() => 0);
  let sumS = 0;
  return {
    observe(tookS) {
      const found = BOUNDS_S.findIndex((bound) => tookS <= bound);
      const at = found === -1 ? BOUNDS_S.length : found;
      counts[at] = (counts[at] ?? 0) + 1;
      sumS += tookS;
    },
    samples() {
      let total = 0;
      const buckets = counts.map((count, i): Sample => {
        total += count;
        return { suffix: '_bucket', labels: { le: i < BOUNDS_S.length ? String(BOUNDS_S[i]) : '+Inf' }, value: total };
      });
      return [...buckets, { suffix: '_sum', value: sumS }, { suffix: '_count', value: total }];
    },
  };
}

/** The same agent, its predictions timed in real time; those it makes by itself are in its own counters. */
export function timed(agent: Agent, latency: Latency): Agent {
  return {
    ...agent,
    async predict(records, options) {
      const startedAt = performance.now();
      try {
        return await agent.predict(records, options);
      } finally {
        latency.observe((performance.now() - startedAt) / 1000);
      }
    },
  };
}
