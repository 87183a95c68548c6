import { NEWCOMER_SHARE } from './calibration.ts';
import type { Draw } from './draw.ts';

/** `slowness` is added to the logarithm of the duration. Nobody on site knows it; they only know the name. */
export interface Subcontractor {
  name: string;
  slowness: number;
}

export interface Market {
  known: Subcontractor[];
  newcomers: Subcontractor[];
}

/** Firms work in several trades. Known ones differ; newcomers differ more and are slower on the whole. */
export function createMarket(draw: Draw): Market {
  const known = spread(10, -0.17, 0.2).map((slowness, place) => firm('firm', place, slowness + 0.02 * draw.normal()));
  const newcomers = spread(6, -0.14, 0.34).map((slowness, place) =>
    firm('new-firm', place, slowness + 0.02 * draw.normal()),
  );
  return { known, newcomers };
}

/** Who gets the work; before the shift nobody new does. */
export function hire(market: Market, afterShift: boolean, draw: Draw): Subcontractor {
  return draw.pick(afterShift && draw.chance(NEWCOMER_SHARE) ? market.newcomers : market.known);
}

function spread(count: number, low: number, high: number): number[] {
  return Array.from({ length: count }, (_, place) => low + ((high - low) * place) / (count - 1));
}

function firm(prefix: string, place: number, slowness: number): Subcontractor {
  return { name: `${prefix}-${String(place + 1).padStart(2, '0')}`, slowness };
}
