const clocks = new Map<string, Intl.DateTimeFormat>();

/**
 * When the local day of this moment began, ms: midnight in the zone of the site, or where the tablet is; also on the days
 * when clocks are changed.
 */
export function dayStart(now: number, zone?: string): number {
  const clock = zone === undefined ? undefined : clockOf(zone);
  if (clock === undefined) return new Date(now).setHours(0, 0, 0, 0);
  const sinceMidnight = (at: number) => {
    const parts = clock.formatToParts(at).map(({ value }) => Number(value));
    const [hours = 0, , minutes = 0, , seconds = 0] = parts;
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + (at % 1000);
  };
  // Where clocks were changed since midnight the first step is an hour off, to either side: the second one lands.
  const near = now - sinceMidnight(now);
  const off = sinceMidnight(near);
  return off === 0 ? near : off < HALF_DAY_MS ? near - off : near + (2 * HALF_DAY_MS - off);
}

const HALF_DAY_MS = 43_200_000;

/** Undefined for a zone that this browser does not know. */
function clockOf(zone: string): Intl.DateTimeFormat | undefined {
  try {
    const known = clocks.get(zone) ?? new Intl.DateTimeFormat('en', { timeZone: zone, ...TIME });
    clocks.set(zone, known);
    return known;
  } catch {
    return undefined;
  }
}

const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
