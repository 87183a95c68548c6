import type { WrittenScenario } from './scenario.ts';

/** Scenarios by name, for `--scenario NAME`. */
export const PRESETS: Readonly<Record<string, WrittenScenario>> = {
  good: {},
  crashing: { candidate: { fails: { share: 1, how: 'crash' } } },
  'off-golden': { candidate: { fails: { share: 1, how: 'golden' } } },
  'failing-in-service': { candidate: { fails: { share: 1, how: 'service' } } },
  'failing-10-percent': { candidate: { fails: { share: 0.1, how: 'load' } } },
  slow: { candidate: { slow: { factor: 4 } } },
  shifted: { candidate: { shifted: { by: 0.2 } } },
  disagreeing: { candidate: { disagrees: { share: 0.4 } } },
  drifting: { candidate: { drifts: { by: 1 } } },
  worse: { candidate: { worse: { brier: 0.05 } } },
  quiet: { traffic: { predictionsPerHour: 0, quietSites: 1 } },
  'flaky-links': {
    link: { kbps: 64, latencyMs: 400, jitterMs: 400, dropRate: 0.02 },
    outages: [
      { from: '10m', until: '2h', share: 0.3 },
      { from: '6h', until: '9h', share: 0.3 },
    ],
    failures: [{ kind: 'power-cut', share: 0.2, timesPerDay: 3 }],
  },
  'half-offline': { devices: { offline: 0.5 } },
  nights: { night: { from: '18:00', until: '06:00' } },
};
