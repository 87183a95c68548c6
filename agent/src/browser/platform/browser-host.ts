import type { Host } from '../../ports/index.ts';
import type { PageFacts } from './page-facts.ts';

/** Room as the browser estimates it; memory no browser tells. */
export function createBrowserHost(facts: () => PageFacts): Host {
  return {
    async freeDiskBytes() {
      const { usage, quota } = await navigator.storage.estimate();
      return usage === undefined || quota === undefined ? undefined : Math.max(0, quota - usage);
    },
    freeMemoryBytes: async () => undefined,
    power: async () => facts().power,
  };
}
