import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compareBuild, integrityList } from './compare-build.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const hash = (text: string) => `sha384-${createHash('sha384').update(text).digest('base64')}`;
const list = integrityList.parse({
  build: '0123456789abcdef',
  files: { 'index.html': hash('page'), 'assets/a.js': hash('script') },
});
const host = (files: Record<string, string>) => async (path: string) =>
  files[path] === undefined ? undefined : bytes(files[path]);

describe('a host of the site app', () => {
  it('gives the build when every byte is as in the list', async () => {
    const compared = await compareBuild(list, host({ 'index.html': 'page', 'assets/a.js': 'script' }));
    expect(compared).toEqual({ build: list.build, files: 2, altered: [], missing: [] });
  });

  it('is found out when it gives other bytes, or not all files', async () => {
    const altered = await compareBuild(list, host({ 'index.html': 'page', 'assets/a.js': 'script and more' }));
    expect(altered.altered).toEqual(['assets/a.js']);
    const missing = await compareBuild(list, host({ 'index.html': 'page' }));
    expect(missing.missing).toEqual(['assets/a.js']);
  });

  it('is not compared with a list that is none', () => {
    expect(() => integrityList.parse({ build: 'x', files: {} })).toThrow('build');
  });
});
