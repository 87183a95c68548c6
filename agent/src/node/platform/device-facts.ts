import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { DeviceFacts } from '@plumbline/firmware-profiles';

/** Where boards (device tree) and PCs (DMI) keep their name. */
const MODEL_FILES = ['/proc/device-tree/model', '/sys/devices/virtual/dmi/id/product_name'];

/** What this machine is, in the words of the firmware profiles. */
export function deviceFacts(): DeviceFacts {
  const model = MODEL_FILES.map(readText).find((text) => text !== '');
  return {
    arch: process.arch,
    os: process.platform,
    memoryMb: totalmem() / 2 ** 20,
    ...(process.platform === 'linux' && { libc: isMusl() ? 'musl' : 'glibc' }),
    ...(model !== undefined && { model }),
  };
}

/** A Node that is linked against glibc says so in its report. */
export function isMusl(): boolean {
  // Without it the report looks up names of network interfaces; the types of Node do not know it yet.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined;
}

function readText(path: string): string {
  try {
    // A device tree ends its strings with NUL.
    return readFileSync(path, 'utf8').replaceAll('\0', '').trim();
  } catch {
    return '';
  }
}
