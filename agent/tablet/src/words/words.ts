import type { entries } from './english/entries.ts';
import type { problems } from './english/problems.ts';
import type { screens } from './english/screens.ts';
import type { tablet } from './english/tablet.ts';
import type { FeatureCatalogue } from './feature-words.ts';
import type { Format } from './format.ts';

/** What English says, another language has to say, too: a sentence that is missing does not compile. */
export interface Catalogue {
  screens: (format: Format) => ReturnType<typeof screens>;
  entries: (format: Format) => ReturnType<typeof entries>;
  tablet: (format: Format) => ReturnType<typeof tablet>;
  problems: Record<keyof typeof problems, string>;
  features: FeatureCatalogue;
}

/** Everything a page says, in one language. */
export type Words = ReturnType<Catalogue['screens']> &
  ReturnType<Catalogue['entries']> &
  ReturnType<Catalogue['tablet']> & {
    format: Format;
    problems: Catalogue['problems'];
    features: FeatureCatalogue;
  };

export function createWords(catalogue: Catalogue, format: Format): Words {
  return {
    format,
    ...catalogue.screens(format),
    ...catalogue.entries(format),
    ...catalogue.tablet(format),
    problems: catalogue.problems,
    features: catalogue.features,
  };
}
