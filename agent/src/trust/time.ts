import type { ImageTrust } from '@plumbline/shared/trust';
import { instantOf } from '../calendar.ts';

/** How far signed time may run ahead of a clock that looks right, and still be believed at once. */
const MAX_AHEAD_MS = 24 * 3_600_000;
/** Two good clocks differ by less. */
const TOLERANCE_MS = 300_000;

/** When the newest timestamp was signed, ms; 0 while none is held. */
export function signedTimeOf({ timestamp }: ImageTrust): number {
  const issued = instantOf(timestamp?.signed['x-plumbline-issued'] ?? '');
  return Number.isNaN(issued) ? 0 : issued;
}

/**
 * The time floor after a timestamp was verified. A clock that is days behind learns signed time whole; one that looks
 * right is led on by a day at most, and never past the root: a stolen timestamp key must not be able to make
 * every certificate and every document look expired.
 */
export function raisedFloor(floor: number, image: ImageTrust, clockNow: number): number {
  // A floor that led the clock on by that day must not by itself make the clock look lost.
  const isLost = floor === 0 || clockNow < floor - MAX_AHEAD_MS;
  const bound = isLost ? Infinity : clockNow + MAX_AHEAD_MS;
  return Math.max(floor, Math.min(signedTimeOf(image), instantOf(image.root.expires), bound));
}

/** True when this clock shows a time that has passed for sure. */
export function isClockBehind(clockNow: number, floor: number, image: ImageTrust): boolean {
  return clockNow < Math.max(floor, signedTimeOf(image)) - TOLERANCE_MS;
}

/** What is left of a floor when a root names other keys to speak for time: the old ones cannot hold the clock ahead. */
export function floorUnder(after: ImageTrust, before: ImageTrust, floor: number, clockNow: number): number {
  return timekeepersOf(before) === timekeepersOf(after) ? floor : Math.min(floor, clockNow);
}

function timekeepersOf({ root }: ImageTrust): string {
  return root.roles.timestamp.keyids.toSorted().join();
}
