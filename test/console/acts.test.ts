import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol, eventually, tinyModel } from '../harness/index.ts';
import { findChromium } from '../harness/services/chromium.ts';
import { skipReason } from '../harness/services/index.ts';
import { createDesk, DESK } from './acts/desk.ts';
import { learningActs } from './acts/learning.ts';
import { manySites } from './acts/many-sites.ts';
import { namingActs } from './acts/naming.ts';
import { seriousFindings } from './axe.ts';
import { choose, tabTo } from './keyboard.ts';
import { keepPicture } from './pictures.ts';
import { openScene, SCENE_TIMEOUT_MS, seen, type Scene } from './scene.ts';

const absent = skipReason(findChromium());

/** Every dialog is really sent once, and refused once. */
describe.skipIf(absent !== undefined)(
  `acts of the console${absent === undefined ? '' : ` (skipped: ${absent})`}`,
  { timeout: SCENE_TIMEOUT_MS },
  () => {
    let scene: Scene;

    beforeAll(async () => {
      scene = await openScene();
      const { fleet } = scene;
      for (const name of ['gateway-1', 'gateway-2']) await enrol(join(fleet.folder, name), await fleet.code(name));
      await fleet.publish(tinyModel('delay', 0));
    }, SCENE_TIMEOUT_MS);
    afterAll(() => scene?.[Symbol.asyncDispose]());

    const desk = createDesk(() => scene);
    const { get, post, dialog, press, send, sendInVain, keep } = desk;
    const stateOf = async () => (await get<{ state: string }>('/sites/north')).state;
    const rules = async () => (await get<{ rules: { name: string; routes: object }[] }>('/alerts/rules')).rules;
    const hooks = async () => (await get<{ webhooks: { id: string; paused?: object }[] }>('/webhooks')).webhooks;

    it('writes a rollout by the keyboard alone, and shows at every step where one is', async () => {
      const { page, open } = scene;
      await open('/rollouts', 'Rollouts');
      await page.evaluate('document.body.focus()');
      await tabTo(page, 'New rollout');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'New rollout' }).waitFor();
      await tabTo(page, 'Model line');
      await choose(page, 'delay');
      await tabTo(page, 'On to the plan');
      await page.keyboard.press('Enter');
      await page.getByRole('radio', { name: 'By a policy, as it is' }).waitFor();
      await tabTo(page, /^By a (policy, as it is|plan of its own)$/);
      await page.keyboard.press('ArrowDown');
      expect(await page.getByRole('radio', { name: 'By a plan of its own' }).isChecked()).toBe(true);
      await page.keyboard.press('ArrowUp');
      expect(await page.getByRole('radio', { name: 'By a policy, as it is' }).isChecked()).toBe(true);
      await tabTo(page, 'Policy');
      await choose(page, 'standard (built in)');
      await tabTo(page, 'Check it');
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Create as a draft' }).waitFor();
      await tabTo(page, 'Create as a draft');
      await page.keyboard.press('Space');
      await page.getByRole('heading', { level: 1, name: 'delay@1.0.0' }).waitFor();
      const { rollouts } = await get<{ rollouts: { line: string; state: { status: string } }[] }>('/rollouts');
      expect(rollouts).toMatchObject([{ line: 'delay', state: { status: 'draft' } }]);
    });

    it('closes a site and opens it again, and says when somebody else has done so already', async () => {
      const { page, open } = scene;
      await open('/sites/north', 'north');
      await press('Close the site');
      await dialog().getByLabel('Days its devices have to hand over').fill('3');
      await keep('close-site');
      await send('Close the site');
      expect(await stateOf()).toBe('closing');
      await press('Open it again');
      await send('Open it again');
      expect(await stateOf()).toBe('open');
      await press('Close the site');
      await post('/sites/north/close', { days: 3 });
      await post('/sites/north/archive', { force: true }).catch(() => undefined);
      await sendInVain('Close the site', 'site_closing');
      await page.getByRole('button', { name: 'Open it again' }).click();
      await send('Open it again');
    });

    it('edits a group, and shows a second operator what the first has written meanwhile', async () => {
      const { page, open } = scene;
      await post('/groups', { name: 'cranes', selector: 'tag = "crane"' });
      await open('/settings?tab=groups&group=cranes', 'Settings');
      await press('Edit');
      await dialog().getByLabel('Selector').fill('site = "north"');
      await send('Keep the changes');
      expect(await get('/groups/cranes')).toMatchObject({ selector: 'site = "north"', revision: 2 });
      await page.getByText('Revision 2', { exact: false }).first().waitFor();
      await press('Edit');
      await dialog().getByLabel('Selector').fill('tag = "lift"');
      await scene.fleet.client.put('/api/v1/groups/cranes', { selector: 'tag = "hoist"', note: '' });
      const said = await sendInVain('Keep the changes', 'group_changed_meanwhile');
      expect(said).toContain('selector “tag = "hoist"” for “site = "north"”');
      expect(await get('/groups/cranes')).toMatchObject({ selector: 'tag = "hoist"', revision: 3 });
    });

    it('writes a site, and shows a second operator what the first has written meanwhile', async () => {
      const { open } = scene;
      await open('/sites/north', 'north');
      await press('Edit');
      await dialog().getByLabel('Region').fill('coast');
      await dialog().getByLabel('Gateway for its tablets').fill('https://GW.north.example:8420/');
      await keep('site');
      await send('Keep the changes');
      expect(await get('/sites/north')).toMatchObject({ region: 'coast', gateway: 'https://gw.north.example:8420' });
      await press('Edit');
      await dialog().getByLabel('Note').fill('a note of mine');
      await scene.fleet.client.put('/api/v1/sites/north', { region: 'hills' });
      expect(await sendInVain('Keep the changes', 'site_changed_meanwhile')).toContain('region “hills” for “coast”');
    });

    it('tells people of alerts by a rule, and takes the rule away', async () => {
      const { page, open } = scene;
      await open('/alerts?tab=rules', 'Alerts');
      await press('Add a rule');
      await dialog().getByLabel('Name').fill('duty');
      await dialog().getByRole('combobox', { name: 'Mail addresses that are told' }).fill('nobody');
      await page.keyboard.press('Enter');
      await sendInVain('Add the rule', 'body_malformed');
      expect(await rules()).toEqual([]);
      await press('Add a rule');
      await dialog().getByLabel('Name').fill('duty');
      await dialog().getByRole('combobox', { name: 'Mail addresses that are told' }).fill('duty@example.com');
      await page.keyboard.press('Enter');
      await send('Add the rule');
      expect(await rules()).toMatchObject([{ name: 'duty', routes: { email: ['duty@example.com'] } }]);
      await press('Remove');
      await send('Remove it');
      expect(await rules()).toEqual([]);
    });

    it('gives a user other roles, resets and removes them, and says when somebody else has', async () => {
      const { page, open } = scene;
      await scene.addUser('ben', 'viewer');
      interface User {
        name: string;
        hasPassword: boolean;
        assignments: { role: string }[];
        removedAt: number | null;
      }
      const userNamed = async (name: string) =>
        (await get<{ users: User[] }>('/users')).users.find((one) => one.name === name);
      const actOn = async (name: string, word: string) => {
        await page.getByRole('button', { name: `Acts on ${name}` }).click();
        await page.getByRole('menuitem', { name: word }).click();
        await dialog().waitFor();
      };
      await open('/settings?tab=users', 'Settings');
      await actOn('ana', 'Remove');
      expect(await sendInVain('Remove them', 'last_admin')).toContain('ana is the last admin');
      await actOn('ana', 'Change roles');
      await dialog().getByRole('combobox', { name: 'Role', exact: true }).click();
      await page.getByRole('option', { name: 'viewer' }).click();
      await sendInVain('Change their roles', 'last_admin');
      await actOn('ben', 'Change roles');
      await dialog().getByRole('combobox', { name: 'Role', exact: true }).click();
      await page.getByRole('option', { name: 'operator' }).click();
      await send('Change their roles');
      expect(await userNamed('ben')).toMatchObject({ assignments: [{ role: 'operator' }] });
      await actOn('ben', 'Reset the password');
      await dialog().getByRole('button', { name: 'Reset it' }).click();
      expect(await page.getByTestId('secret').innerText()).toContain('/setup#name=ben&code=');
      expect(await userNamed('ben')).toMatchObject({ hasPassword: false });
      await keep('reset-user');
      await dialog().getByRole('button').last().click();
      await dialog().waitFor({ state: 'detached' });
      await actOn('ben', 'Remove');
      await send('Remove them');
      expect((await userNamed('ben'))?.removedAt).not.toBe(null);
      await scene.addUser('cai', 'viewer');
      await open('/settings?tab=users', 'Settings');
      await actOn('cai', 'Remove');
      await scene.fleet.client.delete('/api/v1/users/cai');
      await sendInVain('Remove them', 'user_unknown');
    });

    it('pauses, resumes and removes a receiver of events, and says when it is gone', async () => {
      const { open } = scene;
      const { id } = await post<{ id: string }>('/webhooks', { url: 'https://example.com/hook', types: ['site.*'] });
      await open('/settings?tab=webhooks', 'Settings');
      await press('Pause');
      await dialog().getByLabel('Reason').fill('they move house');
      await send('Pause it');
      expect(await hooks()).toMatchObject([{ id, paused: { reason: 'they move house' } }]);
      await press('Resume');
      await send('Resume it');
      expect((await hooks())[0]?.paused).toBe(undefined);
      await press('Remove');
      await send('Remove it');
      expect(await hooks()).toEqual([]);
      const other = await post<{ id: string }>('/webhooks', { url: 'https://example.com/other', types: ['site.*'] });
      await open('/settings?tab=webhooks', 'Settings');
      await press('Pause');
      await post(`/webhooks/${other.id}/remove`);
      await dialog().getByLabel('Reason').fill('too late');
      await sendInVain('Pause it', 'webhook_unknown');
    });

    it('tags all devices that a search finds, and refuses a tag that is too long', async () => {
      const { page, open } = scene;
      await open('/devices?q=gateway-1', 'Devices');
      await press('Tag these');
      await dialog().getByRole('combobox', { name: 'Add' }).fill('x'.repeat(65));
      await page.keyboard.press('Enter');
      await sendInVain('Tag 1 device', 'tags_invalid');
      await press('Tag these');
      await dialog().getByRole('combobox', { name: 'Add' }).fill('crane');
      await page.keyboard.press('Enter');
      await send('Tag 1 device');
      expect(await get('/devices/gateway-1')).toMatchObject({ tags: ['crane'] });
      expect(await get('/devices/gateway-2')).toMatchObject({ tags: [] });
    });

    it('orders a device to leave and takes that back, each with its reason in the audit', async () => {
      const { page, open } = scene;
      for (const [act, reason] of [
        ['Retire it', 'sold'],
        ['Keep it', 'not sold after all'],
      ] as const) {
        await open('/devices/gateway-2', 'gateway-2');
        await page.getByRole('button', { name: act }).click();
        await dialog().getByLabel('Reason').fill(reason);
        await send(act);
        await open('/audit?subject=device:gateway-2', 'Audit');
        expect(await seen(page.getByText(reason).first())).toBe(true);
      }
    });

    it('shows what people on site say, with photos that are late and people who disagree, and hands it out as a table', async () => {
      const { page, open, fleet } = scene;
      const listed = page.getByRole('main').locator('.site-activity');
      const bytes = new Uint8Array(await page.screenshot({ type: 'jpeg' }));
      await fleet.client.put('/api/v1/sites/north', { zone: 'Asia/Kathmandu' });
      const head = { activity: 'Slab 2', base: null, at: Date.UTC(2026, 2, 1, 6, 30) };
      const half = { percentComplete: 50, observedAt: head.at };
      const entries = [
        { ...head, id: 'said-by-bo', actor: 'bo', field: 'progress', value: half },
        {
          ...head,
          id: 'said-by-cy',
          actor: 'cy',
          field: 'progress',
          value: { ...half, percentComplete: 20, cause: 'frost' },
        },
        ...Array.from({ length: 30 }, (_, i) => ({
          ...head,
          id: `plan-of-${i}`,
          activity: `Wall ${i}`,
          actor: 'office',
          field: 'plan',
          value: { startAt: head.at, dueAt: head.at, values: {} },
        })),
      ];
      await post('/sites/north/log', { entries });
      const { agent } = await fleet.add('gateway-3');
      const said = { activity: 'Slab 1', actor: 'ana' };
      await agent.recordEntry({
        ...said,
        field: 'note',
        value: { text: '<b>Crack</b> at the north edge' },
        photo: bytes,
      });
      const model = { line: 'delay', sha256: 'a'.repeat(64) };
      await agent.recordEntry({ ...said, field: 'feedback', value: { ...model, helped: true } });
      await agent.recordEntry({ ...said, activity: 'Slab 2', field: 'feedback', value: { ...model, helped: false } });
      await eventually('the photo is there', async () => {
        const { activities } = await get<{ activities: { notes: { value: { photo?: { sha256: string } } }[] }[] }>(
          '/sites/north/activities?q=crack',
        );
        const sha256 = activities[0]?.notes[0]?.value.photo?.sha256;
        return (
          sha256 !== undefined &&
          (await page.request.get(`${fleet.server.url}/api/v1/sites/north/photos/${sha256}`)).ok()
        );
      });
      await open('/sites/north', 'north');
      expect(await seen(page.getByText('Predictions: delay helped 1 of 2.', { exact: false }))).toBe(true);
      expect(await seen(page.getByText('<b>Crack</b> at the north edge', { exact: true }))).toBe(true);
      await page.getByRole('img', { name: 'Photo by ana: <b>Crack</b> at the north edge' }).waitFor();
      await page.waitForFunction(`document.querySelector('.site-activity img')?.naturalWidth > 100`);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
        expect(await seriousFindings(page), `in ${colorScheme}`).toEqual([]);
        await keepPicture(page, 'site', colorScheme);
      }
      await page.setViewportSize(DESK);
      await page.getByRole('button', { name: /Photo by ana.*Open it large/ }).click();
      await seen(dialog().locator('img'));
      await keep('photo');
      await page.keyboard.press('Escape');
      expect(await listed.count()).toBe(25);
      await press('More activities');
      expect(await seen(listed.nth(31))).toBe(true);

      await page.getByRole('combobox', { name: 'Only' }).click();
      await page.getByRole('option', { name: 'People disagree' }).click();
      await seen(page.getByText('1 found'));
      // In Kathmandu it is a quarter to six hours later than in Greenwich.
      expect(await listed.innerText()).toContain('bo, 1 Mar 2026, 12:15');
      expect(await listed.innerText()).toContain('20 % done, held up by frost');
      await open('/sites/north?q=FROST', 'north');
      expect(await seen(page.getByText('1 found'))).toBe(true);

      const late = new Uint8Array(await page.screenshot({ type: 'jpeg' }));
      const sha256 = createHash('sha256').update(late).digest('hex');
      const value = { text: 'it comes later', photo: { sha256, sizeBytes: late.length } };
      await post('/sites/north/log', {
        entries: [{ ...head, id: 'note-before-photo', actor: 'bo', field: 'note', value }],
      });
      await open('/sites/north?q=later', 'north');
      expect(await seen(page.getByText('The photo has not arrived yet.', { exact: false }))).toBe(true);
      await agent.recordEntry({ ...said, field: 'note', value: { text: 'the same photo' }, photo: late });
      expect(await seen(page.getByRole('img', { name: 'Photo by bo: it comes later' }))).toBe(true);

      const [file] = await Promise.all([page.waitForEvent('download'), press('Log as CSV')]);
      const table = await readFile(await file.path(), 'utf8');
      expect(file.suggestedFilename()).toBe('north-log.csv');
      expect(table.trimEnd().split('\r\n')).toHaveLength(1 + entries.length + 5);
      expect(table).toContain('said-by-cy,Slab 2,progress,cy,2026-03-01T06:30:00.000Z,2026-03-01 12:15:00 GMT+5:45,');
    });

    namingActs(desk);
    learningActs(desk);
    manySites(desk);

    it('never failed to show a page', () => {
      expect(scene.errors).toEqual([]);
    });
  },
);
