import { readdir, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../../ports/index.ts';

const POWER_SUPPLIES = '/sys/class/power_supply';

/**
 * Disk, memory and power of a Linux gateway. `MemAvailable` counts what caches would give back (proc(5)); where a file
 * is absent, nothing is claimed.
 * @param folder where slots and payloads are written
 */
export function createNodeHost(folder: string, supplies = POWER_SUPPLIES): Host {
  return {
    async freeDiskBytes() {
      const disk = await statfs(folder).catch(() => undefined);
      return disk && disk.bavail * disk.bsize;
    },
    async freeMemoryBytes() {
      const text = await textOf('/proc/meminfo');
      const kb = text === undefined ? undefined : /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
      return kb === undefined ? undefined : Number(kb) * 1024;
    },
    residentMemoryBytes: async () => process.memoryUsage.rss(),
    async power() {
      const names = await readdir(supplies).catch((): string[] => []);
      const all = await Promise.all(names.map((name) => supplyOf(join(supplies, name))));
      const batteries = all.filter(({ type }) => type === 'Battery');
      if (batteries.length === 0) return all.length === 0 ? undefined : { onBattery: false };
      const charges = batteries.flatMap(({ percent }) => (percent === undefined ? [] : [percent]));
      const onBattery = batteries.some(({ status }) => status === 'Discharging');
      return { onBattery, ...(charges.length > 0 && { percent: Math.max(...charges) }) };
    },
  };
}

async function supplyOf(folder: string): Promise<{ type?: string; status?: string; percent?: number }> {
  const [type, status, capacity] = await Promise.all(
    ['type', 'status', 'capacity'].map((name) => textOf(join(folder, name))),
  );
  const percent = Number.parseInt(capacity ?? '', 10);
  return {
    ...(type !== undefined && { type: type.trim() }),
    ...(status !== undefined && { status: status.trim() }),
    ...(Number.isInteger(percent) && { percent }),
  };
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
