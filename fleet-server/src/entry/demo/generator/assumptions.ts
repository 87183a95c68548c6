/** One trade. `exposed` works outdoors; `leadDays` is what its material takes to arrive, 0 = from stock. */
export interface Trade {
  name: string;
  exposed: boolean;
  leadDays: number;
  /** People needed for a day's planned work. */
  crew: number;
  /** What planners forget in this trade: added to the logarithm of the duration. */
  bias: number;
}

const trade = (name: string, exposed: boolean, leadDays: number, crew: number, bias: number): Trade => ({
  name,
  exposed,
  leadDays,
  crew,
  bias,
});

export const TRADES = {
  earthworks: trade('earthworks', true, 0, 6, 0.1),
  concrete: trade('concrete', true, 5, 10, 0.06),
  steel: trade('steel', true, 60, 8, -0.1),
  masonry: trade('masonry', true, 10, 8, 0.08),
  roofing: trade('roofing', true, 35, 6, 0.02),
  facade: trade('facade', true, 55, 8, -0.04),
  plumbing: trade('plumbing', false, 15, 5, 0.02),
  electrical: trade('electrical', false, 45, 6, -0.08),
  hvac: trade('hvac', false, 65, 6, -0.08),
  elevators: trade('elevators', false, 80, 4, -0.12),
  drywall: trade('drywall', false, 8, 8, 0.05),
  finishes: trade('finishes', false, 20, 8, 0.12),
  landscaping: trade('landscaping', true, 5, 5, 0.05),
  commissioning: trade('commissioning', false, 0, 4, 0.15),
} as const satisfies Record<string, Trade>;

export type TradeName = keyof typeof TRADES;

/** Chance that a working day outdoors is lost to weather, January to December. Assumed, after the shape of the climate. */
export const LOST_DAYS: Readonly<Record<string, readonly number[]>> = {
  'north-east': [0.3, 0.28, 0.2, 0.12, 0.08, 0.07, 0.06, 0.06, 0.07, 0.09, 0.14, 0.24],
  'gulf-coast': [0.06, 0.06, 0.07, 0.07, 0.1, 0.16, 0.2, 0.24, 0.24, 0.12, 0.07, 0.06],
  'pacific-north-west': [0.24, 0.22, 0.2, 0.16, 0.1, 0.07, 0.03, 0.03, 0.07, 0.14, 0.24, 0.26],
  mountain: [0.34, 0.3, 0.22, 0.14, 0.08, 0.04, 0.05, 0.05, 0.05, 0.1, 0.2, 0.3],
};

export const REGIONS = Object.keys(LOST_DAYS);

/** `month` is 1–12. */
export function lostDayChance(region: string, month: number): number {
  return LOST_DAYS[region]?.[month - 1] ?? 0;
}
