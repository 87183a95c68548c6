import { spreadOfSites, type SiteSpread } from '@plumbline/shared/drift';
import { addAll, sum } from './period.ts';

/** Below this part of the spread of all, what is left without one site says that it is that site which differs. */
const ONE_SITE_EXPLAINS = 0.5;

/**
 * How alike rows of one site are. Where one site alone makes up half of the spread it is left out: it would hide what has
 * happened everywhere else, by making the window look as if it knew nothing.
 */
export function spreadOf(devices: readonly { site: string; counts: readonly number[] }[]): SiteSpread | undefined {
  const sites = [...Map.groupBy(devices, ({ site }) => site).values()].map((own) =>
    addAll(own.map(({ counts }) => counts)),
  );
  const all = spreadOfSites(sites);
  if (all === undefined) return undefined;
  const total = addAll(sites);
  const n = sum(total);
  const distance = (counts: readonly number[]) => {
    const m = sum(counts);
    return total.reduce((sofar, count, b) => {
      return count === 0 ? sofar : sofar + ((counts[b] ?? 0) - (m * count) / n) ** 2 / count;
    }, 0);
  };
  const far = sites.reduce((most, one) => (distance(one) > distance(most) ? one : most), sites[0]!);
  const rest = spreadOfSites(sites.filter((one) => one !== far));
  return rest !== undefined && rest.designEffect < all.designEffect * ONE_SITE_EXPLAINS ? rest : all;
}
