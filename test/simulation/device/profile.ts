import type { Profile } from '@plumbline/firmware-profiles';
import type { DeviceSettings } from '@plumbline/shared/trust';
import { PROFILE } from '../../../agent/src/testing/mint.ts';

const DAY_MS = 86_400_000;
const anything = { min: 0, max: 1_000_000_000 };

/** The gateway of the simulation: every setting has bounds, so that a world can set what it needs. */
export const SIMULATED_PROFILE: Profile = {
  ...PROFILE,
  bounds: {
    ...PROFILE.bounds,
    reportIntervalMs: { min: 1000, max: DAY_MS },
    shadowRecords: anything,
    shadowTimeoutMs: { min: 0, max: DAY_MS },
    shadowAgreementPermille: { min: 0, max: 1000 },
    shadowShiftPermille: { min: 0, max: 1000 },
    shadowLatencyPercent: { min: 1, max: 100_000 },
    shadowMemoryPercent: { min: 1, max: 100_000 },
    trialTimeoutMs: { min: 1, max: DAY_MS },
    recentRecords: anything,
    rowTtlMs: { min: 1000, max: 400 * DAY_MS },
    linkMonthlyBytes: anything,
    linkKbps: anything,
  },
};

/** What the server sends with every assignment: thresholds that let an update be decided within minutes. */
export const SETTINGS: DeviceSettings = {
  proveRecords: 3,
  proveTimeoutMs: 120_000,
  shadowRecords: 4,
  shadowTimeoutMs: 120_000,
  shadowAgreementPermille: 900,
  shadowShiftPermille: 100,
  // Time stands still while a simulated model runs: a ratio of two zeros judges nothing.
  shadowLatencyPercent: 100_000,
  shadowMemoryPercent: 100_000,
  trialTimeoutMs: 5000,
  recentRecords: 32,
};

export const TIMING = {
  firstDelayMs: 5000,
  maxDelayMs: 60_000,
  ackTimeoutMs: 10_000,
  blockTimeoutMs: 10_000,
  groupCommitMs: 250,
  tickMs: 60_000,
  reportDelayMs: 200,
  reportIntervalMs: 180_000,
};
