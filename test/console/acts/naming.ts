import { expect, it } from 'vitest';
import { alerts } from '../../../fleet-server/src/platform/db/index.ts';
import { tinyModel } from '../../harness/index.ts';
import { seen } from '../scene.ts';
import type { Desk } from './desk.ts';

/** Names of versions, and what nobody is told of. */
export function namingActs({ scene, get, post, dialog, press, send, sendInVain, look }: Desk): void {
  const named = async () =>
    (await get<{ aliases: { name: string; version: string }[] }>('/lines/delay/aliases')).aliases;
  const mutes = async () => (await get<{ mutes: { id: string; reason: string }[] }>('/alerts/mutes')).mutes;

  it('gives a version a name, moves it and takes it away, and says when somebody has moved it meanwhile', async () => {
    const { page, open, fleet } = scene();
    await fleet.publish(tinyModel('delay', 1));
    const point = async (version: string) => {
      await dialog().getByRole('combobox', { name: 'Points at' }).click();
      await page.getByRole('option', { name: version, exact: true }).click();
    };
    await open('/models/delay', 'delay');
    await press('Names of versions');
    await dialog().getByLabel('Name').fill('No Name');
    await point('1.0.0');
    await look('alias');
    await sendInVain('Give the name', 'alias_malformed');
    await press('Names of versions');
    expect(await dialog().getByLabel('Name').inputValue()).toBe('');
    await dialog().getByLabel('Name').fill('shown');
    await point('1.0.0');
    await send('Give the name');
    expect(await named()).toMatchObject([{ name: 'shown', version: '1.0.0' }]);
    expect(await seen(page.getByRole('row', { name: /^1\.0\.0.*shown/ }))).toBe(true);
    await press('Names of versions');
    await dialog().getByLabel('Name').fill('shown');
    await point('1.0.1');
    await dialog().getByRole('button', { name: 'Move it from 1.0.0' }).waitFor();
    await fleet.client.put('/api/v1/lines/delay/aliases/shown', { version: '1.0.1' });
    await sendInVain('Move it from 1.0.0', 'alias_changed_meanwhile');
    await press('Names of versions');
    await dialog().getByLabel('Name').fill('shown');
    await send('Take shown away');
    expect(await named()).toEqual([]);
  });

  it('mutes an alert for a while and ends that again, and says when somebody has ended it already', async () => {
    const { page, open, fleet } = scene();
    const now = Date.now();
    const about = {
      kind: 'drift',
      scope: 'model',
      sentence: 'delay@1.0.0 has drifted: it rains',
      details: '{}',
    } as const;
    const times = { raisedAt: now, lastAt: now, count: 1, told: 1 };
    await fleet.server.fleet.database.transaction((tx) =>
      tx.insert(alerts).values({ ...about, ...times, id: 'rain', subject: 'model:delay@1.0.0' }),
    );
    const mute = async () => {
      await open('/alerts', 'Alerts');
      await page
        .getByRole('article', { name: /it rains/ })
        .getByRole('button', { name: 'Mute', exact: true })
        .click();
      await dialog().getByLabel('Reason').fill('a new gauge comes on Monday');
    };
    await mute();
    await look('mute');
    await send('Mute it');
    expect(await mutes()).toMatchObject([{ reason: 'a new gauge comes on Monday' }]);
    await open('/alerts?tab=mutes', 'Alerts');
    await press('End it');
    await look('end-mute');
    await send('End it');
    expect(await mutes()).toEqual([]);
    expect(await seen(page.getByText('Nothing is muted'))).toBe(true);
    await mute();
    await send('Mute it');
    await open('/alerts?tab=mutes', 'Alerts');
    await press('End it');
    const [standing] = await mutes();
    await post(`/alerts/mutes/${standing?.id}/end`);
    await sendInVain('End it', 'alert_mute_over');
    await open('/alerts', 'Alerts');
    await page
      .getByRole('article', { name: /it rains/ })
      .getByRole('button', { name: 'Mute', exact: true })
      .click();
    await dialog().getByLabel('Reason').fill('too late');
    await fleet.server.fleet.database.transaction((tx) => tx.delete(alerts));
    await sendInVain('Mute it', 'alert_unknown');
  });
}
