import type { Host } from '../../ports/index.ts';
import type { PageFacts } from './page-facts.ts';
import { originStorage } from './origin-storage.ts';

/** Room as the browser estimates it; memory no browser tells. */
export function createBrowserHost(facts: () => PageFacts): Host {
  return {
    async freeDiskBytes() {
      const { usage, quota } = (await originStorage()?.estimate()) ?? {};
      return usage === undefined || quota === undefined ? undefined : Math.max(0, quota - usage);
    },
    freeMemoryBytes: async () => undefined,
    power: async () => facts().power,
  };
}
