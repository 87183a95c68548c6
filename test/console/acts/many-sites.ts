import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { sites } from '../../../fleet-server/src/platform/db/index.ts';
import { eventually } from '../../harness/index.ts';
import { seen } from '../scene.ts';
import type { Desk } from './desk.ts';

const SITES = 2000;
const CHUNK = 500;
const nameOf = (at: number) => `many-${String(at).padStart(4, '0')}`;

/** A fleet of more sites than anybody reads. */
export function manySites({ scene, get, press }: Desk): void {
  it('opens the page of two thousand sites by one question, and finds one of them', async () => {
    const { page, open, fleet } = scene();
    const rows = Array.from({ length: SITES }, (_, at) => ({
      id: nameOf(at),
      zone: 'Europe/Berlin',
      region: at % 2 === 0 ? 'coast' : 'uplands',
      state: 'open' as const,
      note: '',
      revision: 1,
      createdAt: 1,
    }));
    await fleet.server.fleet.database.transaction(async (tx) => {
      for (let from = 0; from < SITES; from += CHUNK) await tx.insert(sites).values(rows.slice(from, from + CHUNK));
    });
    const { total } = await get<{ total: number }>('/sites?limit=1');
    const asked: string[] = [];
    const note = (request: { url(): string }) => asked.push(new URL(request.url()).pathname);
    page.on('request', note);
    await open('/sites', 'Sites');
    expect(await seen(page.getByRole('row', { name: new RegExp(nameOf(0)) }))).toBe(true);
    expect(await seen(page.getByText(`${total.toLocaleString('en')} sites`))).toBe(true);
    page.off('request', note);
    expect(asked.filter((path) => path.startsWith('/api/v1/devices'))).toEqual([]);
    expect(asked.filter((path) => path === '/api/v1/sites').length).toBeLessThan(3);
    await page.getByLabel('Search').fill(nameOf(SITES - 1).toUpperCase());
    expect(await seen(page.getByText('1 site', { exact: true }))).toBe(true);
    expect(await seen(page.getByRole('row', { name: new RegExp(nameOf(SITES - 1)) }))).toBe(true);
    await open('/sites?region=uplands', 'Sites');
    // To the end of what is loaded: the next page comes by itself.
    const far = page.getByRole('row', { name: new RegExp(nameOf(221)) });
    await eventually('the second page is there', async () => {
      await page.getByRole('table', { name: 'Sites' }).hover();
      await page.mouse.wheel(0, 1000);
      return far.isVisible();
    });
    const [file] = await Promise.all([page.waitForEvent('download'), press('CSV')]);
    const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + SITES / 2);
    expect(lines.at(-1)).toContain(`${nameOf(SITES - 1)},open,uplands,Europe/Berlin,0,0,`);
  });
}
