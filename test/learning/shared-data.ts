import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Real data, kept outside the repository under `PLUMBLINE_SHARED`/data. */
export interface SharedData {
  /** Set when it is absent: what the title of a skipped test says. */
  absent: string | undefined;
  pathOf(name: 'nyc-sca' | 'schedule-management'): string;
}

/** @throws {Error} when `PLUMBLINE_REQUIRE_SHARED` is 1 and the folder is absent */
export function sharedData(env: NodeJS.ProcessEnv = process.env): SharedData {
  const root = resolve(import.meta.dirname, '../..');
  const folder = resolve(root, env['PLUMBLINE_SHARED'] ?? '../shared', 'data');
  const present = existsSync(folder);
  if (!present && env['PLUMBLINE_REQUIRE_SHARED'] === '1') {
    throw new Error(`PLUMBLINE_REQUIRE_SHARED is 1 and ${folder} does not exist`);
  }
  return {
    absent: present ? undefined : `skipped: no shared data at ${folder}, set PLUMBLINE_SHARED`,
    pathOf: (name) => resolve(folder, name),
  };
}
