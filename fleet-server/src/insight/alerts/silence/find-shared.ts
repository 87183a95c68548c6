import type { Watched } from './judge-silence.ts';

/** A silence that many devices share: who, of how many that were there, and when they fell silent. */
export interface Shared {
  scope: 'site' | 'region' | 'fleet';
  name: string;
  devices: string[];
  of: number;
  from: number;
  to: number;
}

/** Silences that begin within an hour may be one: devices that are connected and mute are noticed by hourly reports. */
const WINDOW_MS = 3_600_000;
const AT_LEAST = 3;
const SHARE = 0.5;
/** What was told of as one stays one until fewer than a third of them are silent, so that it does not come and go. */
const SHARE_TO_STAY = 1 / 3;

interface Scope {
  scope: Shared['scope'];
  name: string;
  devices: readonly Watched[];
}

/**
 * Silences of at least three devices, and of half of those that were there when it began. The widest scope wins that
 * the silence really fills: without its worst site, the rest of it is silent too. Nobody is in two of them.
 */
export function findShared(
  devices: readonly Watched[],
  isQuiet: (one: Watched) => boolean,
  open: ReadonlySet<string>,
): Shared[] {
  const found: Shared[] = [];
  const covered = new Set<string>();
  for (const scope of scopesOf(devices)) {
    const share = open.has(`${scope.scope}:${scope.name}`) ? SHARE_TO_STAY : SHARE;
    const rest = { ...scope, devices: scope.devices.filter(({ device }) => !covered.has(device)) };
    const one = clusterOf(rest, isQuiet, share);
    if (one === undefined || (scope.scope !== 'site' && !fills(one, rest, isQuiet, share))) continue;
    found.push(one);
    for (const device of one.devices) covered.add(device);
  }
  return found;
}

/** The widest first. */
function scopesOf(devices: readonly Watched[]): Scope[] {
  const by = (scope: Shared['scope'], nameOf: (one: Watched) => string): Scope[] =>
    [...Map.groupBy(devices, nameOf)]
      .filter(([name]) => name !== '')
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, of]) => ({ scope, name, devices: of }));
  return [
    { scope: 'fleet', name: 'all', devices },
    ...by('region', (one) => one.region),
    ...by('site', (one) => one.site),
  ];
}

/** The most that fell silent within a window of each other, if they are enough of those that were there then. */
function clusterOf(
  { scope, name, devices }: Scope,
  isQuiet: (one: Watched) => boolean,
  share: number,
): Shared | undefined {
  const quiet = devices.filter(isQuiet).toSorted((a, b) => a.contactAt - b.contactAt);
  let best: readonly Watched[] = [];
  let end = 0;
  quiet.forEach((first, start) => {
    while (end < quiet.length && quiet[end]!.contactAt <= first.contactAt + WINDOW_MS) end += 1;
    if (end - start > best.length) best = quiet.slice(start, end);
  });
  const [first, last] = [best[0], best.at(-1)];
  if (first === undefined || last === undefined || best.length < AT_LEAST) return undefined;
  const gone = quiet.filter(({ contactAt }) => contactAt < first.contactAt).length;
  const of = devices.length - gone;
  if (best.length < of * share) return undefined;
  const names = best.map(({ device }) => device).toSorted();
  return { scope, name, devices: names, of, from: first.contactAt, to: last.contactAt };
}

/** Whether it is more than one bad site: without the site that lost most, half of the others are silent as well. */
function fills(one: Shared, { devices }: Scope, isQuiet: (one: Watched) => boolean, share: number): boolean {
  const silent = new Set(one.devices);
  const wereThere = devices.filter((each) => silent.has(each.device) || !isQuiet(each) || each.contactAt >= one.from);
  const lost = Map.groupBy(
    wereThere.filter(({ device }) => silent.has(device)),
    ({ site }) => site,
  );
  const [worst] = [...lost].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
  const others = wereThere.filter(({ site }) => site !== worst);
  const othersSilent = others.filter(({ device }) => silent.has(device)).length;
  return othersSilent > 0 && othersSilent >= others.length * share;
}
