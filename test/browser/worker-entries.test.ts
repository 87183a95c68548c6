import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildTablet } from '../../agent/tablet/build.ts';

const ASSETS = join(import.meta.dirname, '../../agent/tablet/dist/assets');

describe('the script that a worker of the site app is started with', () => {
  it('is imported by no other one: WebKit would run it a second time, and two agents answered one page', async () => {
    await buildTablet();
    const scripts = (await readdir(ASSETS)).filter((name) => name.endsWith('.js'));
    const entries = scripts.filter((name) => /^(worker-entry|trial-worker)-/.test(name));
    expect(entries).toHaveLength(2);
    const imported = await Promise.all(
      scripts.map(async (name) => {
        const text = await readFile(join(ASSETS, name), 'utf8');
        return [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*["'`]\.\/([\w.-]+)["'`]/g)].map(([, path = '']) => path);
      }),
    );
    // The parts that are loaded later are seen at all.
    expect(imported.flat()).toContainEqual(expect.stringMatching(/^agent-worker-/));
    expect(imported.flat().filter((path) => entries.includes(path))).toEqual([]);
  });
});
