import type { GateResult } from '../rollouts/gates/gates.ts';

export type RehearsalVerdict = 'completed' | 'paused' | 'stopped' | 'reverted' | 'undecided';

/** Something that happened, so many ms after the rollout began. */
export interface TimelineEntry {
  at: number;
  event: string;
  /** Name of the stage it happened in; empty before the first. */
  stage: string;
  sentence: string;
}

/** What a rehearsal found out. The same seed gives the same report, byte for byte. */
export interface RehearsalReport {
  verdict: RehearsalVerdict;
  /** Name of the stage in which it ended. */
  stage: string;
  /** Devices that were given the candidate. */
  exposedDevices: number;
  /** The gate that decided, with what it measured, its bound and its limit; null where none did. */
  metric: GateResult['gate'] | null;
  value: number | null;
  bound: number | null;
  limit: number | null;
  sentence: string;
  /** Over the simulated links since the rollout began: topics, payloads and MQTT framing, without TLS and TCP. */
  bytes: { down: number; up: number; perDevice: { down: number; up: number } };
  /** Virtual time from the start of the rollout to its end. */
  durationMs: number;
  devices: number;
  seed: number;
  timeline: TimelineEntry[];
}
