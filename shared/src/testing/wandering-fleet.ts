import { drawCounts } from './draw-counts.ts';

/** What a site does over months: its mix of values wanders, as the work of a building does. */
export interface Wandering {
  sites: number;
  /** Rows of a site in a block. */
  rows: number;
  /** Blocks of the past, and of the window after it. */
  past: number;
  window: number;
  /**
   * `still`: no wandering; `weekly`: an AR(1) of the logits with this correlation from block to block and this strength;
   * `phases`: another mix every so many blocks, drawn between these bounds; `season`: all sites together, once a year.
   */
  kind:
    | { name: 'still' }
    | { name: 'weekly'; correlation: number; strength: number }
    | { name: 'phases'; from: number; to: number; strength: number }
    | { name: 'season'; strength: number };
  /** Shares that all sites move to in the window, mixed in by this part. */
  shift?: { to: readonly number[]; part: number };
}

export interface WanderedCounts {
  site: string;
  at: number;
  counts: number[];
}

const BINS = 5;
const TURN = 12;

/** Counts of a fleet by site and block, block after block; those from `past` on are the window. */
export function wander(next: () => number, of: Wandering): WanderedCounts[] {
  const { sites, rows, past, window, kind, shift } = of;
  return Array.from({ length: sites }, (_, s) => {
    const home = logitsOf(next, 0.5);
    let drift = logitsOf(next, kind.name === 'still' || kind.name === 'season' ? 0 : kind.strength);
    let left = kind.name === 'phases' ? Math.ceil(next() * kind.to) : 0;
    return Array.from({ length: past + window }, (_unused, at): WanderedCounts => {
      if (kind.name === 'weekly') {
        const fresh = logitsOf(next, kind.strength * Math.sqrt(1 - kind.correlation ** 2));
        drift = drift.map((value, b) => value * kind.correlation + (fresh[b] ?? 0));
      } else if (kind.name === 'phases' && left-- <= 0) {
        drift = logitsOf(next, kind.strength);
        left = kind.from + Math.floor(next() * (kind.to - kind.from + 1)) - 1;
      } else if (kind.name === 'season') {
        drift = drift.map((_value, b) => kind.strength * Math.sin(2 * Math.PI * (at / TURN) + b));
      }
      const shares = sharesOf(home.map((value, b) => value + (drift[b] ?? 0)));
      const isMoved = shift !== undefined && at >= past;
      const mixed = isMoved
        ? shares.map((share, b) => share * (1 - shift.part) + shift.part * (shift.to[b] ?? 0))
        : shares;
      const n = Math.max(1, Math.round(rows * (0.5 + next())));
      return { site: `s${s}`, at, counts: drawCounts(next, n, mixed) };
    });
  }).flat();
}

function logitsOf(next: () => number, strength: number): number[] {
  return Array.from({ length: BINS }, () => strength * normal(next));
}

function sharesOf(logits: readonly number[]): number[] {
  const odds = logits.map(Math.exp);
  const all = odds.reduce((sum, one) => sum + one, 0);
  return odds.map((one) => one / all);
}

/** Box and Muller 1958. */
function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
