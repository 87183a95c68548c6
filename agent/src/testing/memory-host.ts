import type { Host } from '../ports/index.ts';

/** A device whose disk, memory and battery are what the test says; everything in plenty at first. */
export interface MemoryHost extends Host {
  set(facts: Partial<HostFacts>): void;
}

export interface HostFacts {
  freeDiskBytes: number | undefined;
  freeMemoryBytes: number | undefined;
  power: { onBattery: boolean; percent?: number } | undefined;
}

export function createMemoryHost(): MemoryHost {
  let facts: HostFacts = { freeDiskBytes: 2 ** 33, freeMemoryBytes: 2 ** 32, power: { onBattery: false } };
  return {
    freeDiskBytes: async () => facts.freeDiskBytes,
    freeMemoryBytes: async () => facts.freeMemoryBytes,
    power: async () => facts.power,
    set(changed) {
      facts = { ...facts, ...changed };
    },
  };
}
