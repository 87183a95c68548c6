import type { Selector } from './tree.ts';

/**
 * Whether a selector can find devices of these sites alone, whatever devices there are or will be: it says so itself,
 * by `site = …` or `site in (…)` in every branch. No is also the answer where that cannot be seen.
 */
export function staysWithin(selector: Selector, sites: readonly string[]): boolean {
  switch (selector.type) {
    case 'all':
      return selector.of.some((part) => staysWithin(part, sites));
    case 'any':
      return selector.of.every((part) => staysWithin(part, sites));
    case 'not':
      return false;
    case 'is': {
      const { field, operator, values } = selector;
      const names = field === 'site' && (operator === '=' || operator === 'in');
      return names && values.every((value) => typeof value === 'string' && sites.includes(value));
    }
  }
}
