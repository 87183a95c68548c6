import type { Profile } from '@plumbline/firmware-profiles';
import type { DeviceSettings } from '@plumbline/shared/trust';
import type { EventRow } from '@plumbline/shared/wire';
import type { Decoders } from './install/payload.ts';
import { DEFAULT_BACKOFF } from './link/backoff.ts';
import type { LinkTrust } from './ports/index.ts';
import type { Prediction } from './predict/predictor.ts';
import type { UpdateModel } from './update/index.ts';

export interface AgentOptions {
  /** What this class of device can run; the adapter resolves it from the catalogue. */
  profile: Profile;
  /** semver, for reports and `fits`. */
  agentVersion: string;
  /** Unpackers beside the standard ones (`none`, `deflate`). */
  decoders?: Decoders;
  /** Used where the assignment says nothing. */
  settings?: DeviceSettings;
  timing?: Partial<AgentTiming>;
  /** `fetch` that judges a server as the link does; with it the agent renews its own certificate. */
  secureFetch?: (trust: () => LinkTrust) => typeof fetch;
  /** Says `nudge` when the next attempt to connect should not wait: the network is back, a person asks. */
  nudges?: EventTarget;
  /** For a log: everything that also becomes an event row, and problems of the moment that do not. */
  onEvent?: (event: AgentEvent) => void;
  /** What the platform knows of itself, by section, for a diagnostics bundle; it is redacted before it leaves. */
  inspect?: () => Promise<Record<string, unknown>>;
  /** For whoever looks on while it happens; must not throw and must not wait. */
  onChange?: (change: AgentChange) => void;
  /** Takes the private key of a device that leaves from where the platform keeps it; called again after a crash. */
  eraseKey?: () => Promise<void>;
  /**
   * The device was ordered to leave: the agent has stopped and nothing is left of it. With an error something is, and
   * goes at the next start.
   */
  onRetired?: (error?: unknown) => void;
}

export type AgentChange =
  | { kind: 'predictions'; predictions: readonly Prediction[]; refs: readonly (string | undefined)[] }
  | { kind: 'line'; model: UpdateModel }
  | { kind: 'connection'; connected: boolean };

export interface AgentEvent {
  at: number;
  code: string;
  details: NonNullable<EventRow['details']>;
}

/** Milliseconds all. */
export interface AgentTiming {
  /** Spread of the first reconnect after a drop. */
  firstDelayMs: number;
  maxDelayMs: number;
  ackTimeoutMs: number;
  blockTimeoutMs: number;
  groupCommitMs: number;
  tickMs: number;
  /** Changes within this time share a report. */
  reportDelayMs: number;
  reportIntervalMs: number;
}

export const DEFAULT_TIMING: AgentTiming = {
  ...DEFAULT_BACKOFF,
  ackTimeoutMs: 30_000,
  blockTimeoutMs: 30_000,
  groupCommitMs: 250,
  tickMs: 60_000,
  reportDelayMs: 200,
  reportIntervalMs: 3_600_000,
};
