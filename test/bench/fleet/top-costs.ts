import type { Profiler } from 'node:inspector';

const OURS = '/fleet-server/src/';

/** Our own functions by the time spent in them and in what they call before they first wait, most first. */
export function topRooms(profile: Profiler.Profile, count = 15): string[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])));
  const spent = new Map<string, number>();
  let total = 0;
  for (const [i, sample] of (profile.samples ?? []).entries()) {
    const delta = profile.timeDeltas?.[i] ?? 0;
    if (nodes.get(sample)?.callFrame.functionName === '(idle)') continue;
    total += delta;
    const seen = new Set<string>();
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const frame = nodes.get(id)?.callFrame;
      if (frame?.url.includes(OURS) !== true) continue;
      seen.add(`${frame.functionName || '(anonymous)'} ${frame.url.split(OURS)[1]}:${frame.lineNumber + 1}`);
    }
    for (const name of seen) spent.set(name, (spent.get(name) ?? 0) + delta);
  }
  return [...spent]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([name, micros]) => `${((100 * micros) / total).toFixed(1)} % ${name}`);
}

/** Functions by the time spent in themselves, most first: `12.3 % name file:line`. */
export function topCosts(profile: Profiler.Profile, count = 15): string[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const spent = new Map<string, number>();
  let total = 0;
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const frame = nodes.get(id);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    const where = frame.url.split('/').slice(-3).join('/');
    const name = `${frame.functionName || '(anonymous)'} ${where}${where === '' ? '' : `:${frame.lineNumber + 1}`}`;
    const delta = profile.timeDeltas?.[i] ?? 0;
    total += delta;
    spent.set(name, (spent.get(name) ?? 0) + delta);
  }
  return [...spent]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([name, micros]) => `${((100 * micros) / total).toFixed(1)} % ${name.trim()}`);
}
