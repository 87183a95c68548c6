import type { Tone } from '../../parts/values/badge.tsx';
import type { DeviceState } from './device-of.ts';

export const STATE_TONES: Record<DeviceState, Tone> = {
  online: 'good',
  failing: 'bad',
  offline: 'quiet',
  'never-seen': 'unknown',
  quarantined: 'warning',
  revoked: 'stopped',
};

export const STATE_WORDS: Record<DeviceState, string> = {
  online: 'online',
  failing: 'failing',
  offline: 'offline',
  'never-seen': 'never seen',
  quarantined: 'quarantined',
  revoked: 'revoked',
};

const UPDATE_TONES: Record<string, Tone> = {
  committed: 'good',
  idle: 'quiet',
  refused: 'bad',
  'rolled-back': 'bad',
  'rolling-back': 'warning',
  deferred: 'waiting',
};

/** Of the update machine of one line on one device. */
export function toneOfUpdate(state: string): Tone {
  return UPDATE_TONES[state] ?? 'busy';
}
