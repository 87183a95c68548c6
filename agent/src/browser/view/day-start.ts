/** When the local day of this moment began, ms: midnight where the tablet is, also on the days when clocks are changed. */
export function dayStart(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}
