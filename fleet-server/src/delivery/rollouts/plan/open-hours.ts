import type { DayPresence } from '../../../sites/devices/index.ts';
import type { RolloutPlan } from './rollout-plan.ts';
import { freezeOn, isInWindow, wallTimeAt } from './windows.ts';

const HOUR_MS = 3_600_000;
/** A freeze is looked through for so long. */
const LONGEST_FREEZE_HOURS = 400 * 24;
const HOURS_OF_WEEK = 168;
const ALWAYS = 2 ** 24 - 1;

/** When a plan lets devices of a zone be given something, hour by hour; asked often, computed once. */
export interface OpenHours {
  /** Presence without the hours that lie outside the window, by the clock of the zone. */
  within(presence: readonly DayPresence[]): readonly DayPresence[];
  /** Until the first hour from `at` on in which the window is open and no freeze date holds; ms. */
  delayMs(at: number): number;
  /** Until no freeze date holds any more, whatever the window; ms. */
  frozenMs(at: number): number;
  /** Share of the week in which the window is open. */
  share: number;
}

/** @param zone IANA name */
export function openHoursOf({ window, freezes }: Pick<RolloutPlan, 'window' | 'freezes'>, zone: string): OpenHours {
  const masks = new Map<number, number>();
  const isOpen = (at: number) => window === undefined || isInWindow(window, wallTimeAt(at, zone));
  const maskOf = (day: number) => {
    const known = masks.get(day);
    if (known !== undefined) return known;
    let mask = 0;
    // The middle of an hour speaks for it: presence is known by the hour.
    for (let hour = 0; hour < 24; hour += 1) {
      if (isOpen((day * 24 + hour) * HOUR_MS + HOUR_MS / 2)) mask |= 1 << hour;
    }
    masks.set(day, mask);
    return mask;
  };
  const isFrozen = (at: number) => freezes.length > 0 && freezeOn(freezes, wallTimeAt(at, zone)) !== undefined;
  const firstOf = (at: number, holds: (at: number) => boolean): number => {
    for (let hours = 0; hours < LONGEST_FREEZE_HOURS; hours += 1) {
      // Beginnings of hours after the first moment: windows open on the hour, or soon after.
      const then = hours === 0 ? at : (Math.floor(at / HOUR_MS) + hours) * HOUR_MS;
      if (holds(then)) return then - at;
    }
    return LONGEST_FREEZE_HOURS * HOUR_MS;
  };
  // A week in summer stands for all.
  const monday = Date.UTC(2026, 5, 1) / (24 * HOUR_MS);
  const open = Array.from({ length: 7 }, (_, day) => countBits(window === undefined ? ALWAYS : maskOf(monday + day)));
  return {
    within: (presence) =>
      window === undefined
        ? presence
        : presence.flatMap(({ day, hours }) => {
            const left = hours & maskOf(day);
            return left === 0 ? [] : [{ day, hours: left }];
          }),
    delayMs: onceForEach((at) => firstOf(at, (then) => isOpen(then) && !isFrozen(then))),
    frozenMs: onceForEach((at) => firstOf(at, (then) => !isFrozen(then))),
    share: open.reduce((sum, hours) => sum + hours, 0) / HOURS_OF_WEEK,
  };
}

/** All devices of a stage ask about the same moment. */
function onceForEach(ask: (at: number) => number): (at: number) => number {
  const known = new Map<number, number>();
  return (at) => {
    const answer = known.get(at) ?? ask(at);
    known.set(at, answer);
    return answer;
  };
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
