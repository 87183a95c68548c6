import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Servers, agents and commands that tests start read the same sources again and again: compiled once, they start in
// two thirds of the time.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'plumbline-tests-compiled');

// Nothing keeps state between tests, so files share a process and what it has loaded: a tenth of all the time else.
/** Tests that need a process of their own: a runtime decides at its first tensor what it does with float16. */
const ALONE = ['fleet-server/src/supply/models/generate/generate-runs.test.ts'];

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    pool: 'forks',
    // One more than the cores of a small machine: tests of whole systems wait as much as they work.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', new URL('./harness/closing-line.ts', import.meta.url).pathname],
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['{shared,firmware-profiles,agent,agent/tablet,fleet-server,fleet-server/console}/src/**/*.test.ts'],
          exclude: ALONE,
          isolate: false,
        },
      },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
});
