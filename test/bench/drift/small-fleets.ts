import {
  benjaminiHochberg,
  blocksOfBins,
  budgetOf,
  lossAgainstOwnPast,
  memoryOf,
  testOwnPast,
  type LossBlock,
} from '../../../shared/src/drift/index.ts';
import { createSeededRandom, wander, type Wandering } from '../../../shared/src/testing/index.ts';

const FOUR_WEEKS_MS = 28 * 86_400_000;
const MEMORY = memoryOf(FOUR_WEEKS_MS);
const PAST = 12;
/** Blocks of a window, one after the other. */
const WINDOWS = [1, 2, 3];
/** As the server asks: half of what inputs may spend. */
const LEVEL = budgetOf('covariate', 'fleet') / 2;
/** Features and the score of a line as they are looked at together. */
const FAMILY = 10;

export const FLEETS = [4, 6, 12, 40] as const;
export const ROWS = [20, 100, 400] as const;
export const KINDS: readonly { name: string; kind: Wandering['kind'] }[] = [
  { name: 'still', kind: { name: 'still' } },
  { name: 'weeks, little memory', kind: { name: 'weekly', correlation: 0.3, strength: 0.5 } },
  { name: 'weeks, much memory', kind: { name: 'weekly', correlation: 0.8, strength: 0.5 } },
  { name: 'phases of 2 to 6 months', kind: { name: 'phases', from: 2, to: 6, strength: 0.5 } },
  { name: 'such phases, strong', kind: { name: 'phases', from: 2, to: 6, strength: 1 } },
  { name: 'a season of all sites', kind: { name: 'season', strength: 0.3 } },
];

export interface OwnPastCase {
  sites: number;
  /** Of a site in four weeks. */
  rows: number;
  kind: Wandering['kind'];
}

/** Windows in which nothing has changed beyond what such sites always do, by the level below which their p lies. */
export function wrongWindows(of: OwnPastCase, windows: number, seed: number): { level: number; alarms: number }[] {
  const { next } = createSeededRandom(seed);
  const ps = Array.from({ length: windows }, (_, i) => pOf(next, of, WINDOWS[i % WINDOWS.length] ?? 1));
  return [0.01, 0.001, LEVEL].map((level) => ({ level, alarms: ps.filter((p) => p <= level).length }));
}

/** Share of windows of four weeks in which a change of this size at all sites is found, one feature of ten having moved. */
export function foundShare(of: OwnPastCase, w: number, windows: number, seed: number): number {
  const { next } = createSeededRandom(seed);
  const others = Array<number>(FAMILY - 1).fill(1);
  const found = Array.from({ length: windows }, () => {
    return benjaminiHochberg([pOf(next, of, 1, w), ...others], LEVEL)[0] === true;
  });
  return found.filter(Boolean).length / windows;
}

/** Shares that lie so far from even ones that a part of them makes that w: √Σ(0.5, 0.5, 0 …)²/even − 1. */
const FAR = [0, 0, 0, 0.5, 0.5];
const WHOLE_W = Math.sqrt(1.5);

function pOf(next: () => number, { sites, rows, kind }: OwnPastCase, window: number, w?: number): number {
  const shift = w === undefined ? {} : { shift: { to: FAR, part: w / WHOLE_W } };
  const counts = wander(next, { sites, rows, past: PAST, window, kind, ...shift });
  const blocks = blocksOfBins(
    counts.filter(({ at }) => at < PAST),
    counts.filter(({ at }) => at >= PAST),
  );
  return (blocks && testOwnPast(blocks.past, blocks.now, MEMORY)?.p) ?? 1;
}

/** Share of windows of four weeks in which a Brier score that grew by so much at all sites is found; 0: wrongly. */
export function foundLossShare(
  { sites, rows }: { sites: number; rows: number },
  grown: number,
  level: number,
  windows: number,
  seed: number,
): number {
  const { next } = createSeededRandom(seed);
  const found = Array.from({ length: windows }, () => {
    const losses = Array.from({ length: sites }, (_, s) => {
      const own = 0.15 + 0.1 * next();
      return Array.from({ length: PAST + 1 }, (_unused, at): LossBlock => {
        const mean = own + (at === PAST ? grown : 0) + 0.02 * (next() - 0.5);
        const each = Array.from({ length: rows }, () => 2 * mean * next());
        return { site: `s${s}`, at, n: rows, loss: sum(each), squares: sum(each.map((one) => one ** 2)) };
      });
    }).flat();
    const [past, now] = [losses.filter(({ at }) => at < PAST), losses.filter(({ at }) => at === PAST)];
    return (lossAgainstOwnPast(past, now, MEMORY)?.p ?? 1) <= level;
  });
  return found.filter(Boolean).length / windows;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}
