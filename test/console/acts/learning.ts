import { expect, it } from 'vitest';
import { seen } from '../scene.ts';
import { activities, HEADER } from '../table-of-activities.ts';
import type { Desk } from './desk.ts';

const ROWS = 300;
const ROLES = { label: 'late', time: 'start', due: 'planned_end', id: 'id' };

/** What learns: datasets, batch jobs, pipelines and turns. */
export function learningActs({ scene, get, post, dialog, press, send, sendInVain, look, keep }: Desk): void {
  let dataset = '';

  it('splits a dataset into two versions, and says when one side would be empty', async () => {
    const { page, open } = scene();
    const csv = [HEADER, ...activities({ seed: 1, rows: ROWS })].join('\n');
    const body = { name: 'acts', source: 'acts.csv', csv, roles: ROLES };
    const { version } = await post<{ version: string }>('/datasets/tables', body);
    dataset = `acts@${version}`;
    await open(`/data/datasets/acts/${version}`, `acts@${version.slice(0, 8)}`);
    await press('Split');
    await look('split');
    await dialog().getByLabel('To learn from').fill('');
    await sendInVain('Split', 'split_option');
    await press('Split');
    await dialog().getByRole('combobox', { name: 'How' }).click();
    await page.getByRole('option', { name: /^by time/ }).click();
    await dialog().getByLabel('To learn from').fill('70');
    await send('Split');
    const { datasets } = await get<{ datasets: { name: string; rows: number }[] }>('/datasets');
    const parts = datasets
      .filter(({ name }) => name.startsWith('acts.'))
      .map(({ name, rows }) => [name, rows] as const);
    expect(parts.map(([name]) => name).toSorted()).toEqual(['acts.holdout', 'acts.train']);
    expect(parts.every(([, rows]) => rows > 0 && rows < ROWS)).toBe(true);
    expect(await seen(page.getByRole('link', { name: /^acts\.train@/ }))).toBe(true);
  });

  it('runs, pauses, resumes and deletes a batch job, and says when it is gone', async () => {
    const { page, open } = scene();
    interface Job {
      state: string;
      nextAt: number;
    }
    const job = () => get<Job>('/batch/nightly');
    const source = { kind: 'activities' };
    await post('/batch', { id: 'nightly', model: 'delay@1.0.0', source, cron: '0 5 1 1 *' });
    await open('/data?tab=batch&job=nightly', 'Data and training');
    const { nextAt } = await job();
    await press('Run now');
    await look('batch-run');
    await send('Run now');
    expect((await job()).nextAt).toBeLessThan(nextAt);
    await press('Pause');
    await send('Pause');
    expect(await job()).toMatchObject({ state: 'paused' });
    await press('Run now');
    await sendInVain('Run now', 'job_paused');
    await press('Resume');
    await send('Resume');
    expect(await job()).toMatchObject({ state: 'active', nextAt });
    await press('Delete');
    await look('batch-delete');
    await send('Delete');
    expect(await get('/batch')).toEqual({ jobs: [] });
    expect(await seen(page.getByText('No job yet'))).toBe(true);
  });

  it('writes a pipeline as text: what is wrong by its line, then what changes, then its secret, once', async () => {
    const { page, open } = scene();
    const text = () => dialog().getByRole('textbox', { name: 'Text' });
    const written = `kind: Pipeline\nname: weekly\nspec:\n  on:\n    - webhook: true\n  steps:\n    - name: data\n      uses: dat\n      with:\n        dataset: ${dataset}\n`;
    await open('/data?tab=pipelines', 'Data and training');
    await press('Write a pipeline');
    await look('pipeline-text');
    await text().fill(written);
    await press('Check it');
    const wrong = dialog().getByRole('alert');
    await wrong.getByText('spec.steps.0.uses').waitFor();
    await look('pipeline-faults');
    await wrong.getByRole('button', { name: 'Line 8' }).click();
    expect(await page.evaluate('getSelection().toString()')).toBe('      uses: dat');
    await page.keyboard.type('      uses: data');
    await press('Check it');
    await dialog().getByText('There is none yet: the pipeline weekly is made.').waitFor();
    await dialog().getByRole('button', { name: 'Make it' }).click();
    const secret = await page.getByTestId('secret').innerText();
    expect(secret).toMatch(/^whsec_/);
    await look('pipeline-secret');
    await press('I have kept it');
    await page.getByRole('heading', { level: 1, name: 'weekly' }).waitFor();
    expect(await get('/pipelines/weekly')).toMatchObject({ revision: 1, hasSecret: true });

    await press('Edit');
    await text().fill((await text().inputValue()).replace('webhook: true', 'cron: "0 5 * * 1"'));
    await press('Check it');
    await dialog().getByText('This changes the pipeline weekly in 2 places.').waitFor();
    await look('pipeline-changes');
    const { spec } = await get<{ spec: object }>('/pipelines/weekly');
    await post('/pipelines', { kind: 'Pipeline', name: 'weekly', spec: { ...spec, description: 'of somebody else' } });
    await sendInVain('Change it', 'pipeline_changed');
    expect(await seen(page.getByText('of somebody else'))).toBe(true);
  });

  it('renews the secret of a pipeline, shows it once, and says when nothing outside starts it any more', async () => {
    const { page, open } = scene();
    await open('/data/pipelines/weekly', 'weekly');
    await press('New secret');
    await look('secret');
    await dialog().getByRole('button', { name: 'Make a new secret' }).click();
    expect(await page.getByTestId('secret').innerText()).toMatch(/^whsec_/);
    await page.keyboard.press('Escape');
    expect(await page.getByTestId('secret').isVisible()).toBe(true);
    await press('I have kept it');
    await dialog().waitFor({ state: 'detached' });
    const { rows } = await get<{ rows: { action: string }[] }>('/audit?subject=pipeline:weekly&verify=false');
    expect(rows[0]).toMatchObject({ action: 'pipelines.secret' });
    await press('New secret');
    const { spec } = await get<{ spec: object }>('/pipelines/weekly');
    await post('/pipelines', { kind: 'Pipeline', name: 'weekly', spec: { ...spec, on: [{ cron: '0 5 * * 1' }] } });
    await sendInVain('Make a new secret', 'pipeline_trigger_refused');
  });

  it('writes a policy of retraining, and changes it, and refuses what it does not know', async () => {
    const { page, open } = scene();
    const text = () => dialog().getByRole('textbox', { name: 'Text' });
    await open('/drift/delay?tab=retraining', 'delay');
    await press('Write a policy');
    await text().fill((await text().inputValue()).replace('NAME@VERSION', 'nothing@00000000'));
    await press('Check it');
    await dialog().getByRole('alert').getByText('dataset', { exact: true }).waitFor();
    await look('policy-faults');
    await text().fill((await text().inputValue()).replace('nothing@00000000', dataset));
    await press('Check it');
    await look('policy-changes');
    await send('Make it');
    expect(await get('/retraining/policies/delay')).toMatchObject({ revision: 1, spec: { dataset, mode: 'examine' } });
    expect(await seen(page.getByText('every 365 days'))).toBe(true);
    await press('Edit');
    await text().fill((await text().inputValue()).replace('everyDays: 365', 'everyDays: 180'));
    await press('Check it');
    await dialog().getByText('This changes the policy of delay in 1 place.').waitFor();
    await send('Change it');
    expect(await get('/retraining/policies/delay')).toMatchObject({ revision: 2, spec: { on: { everyDays: 180 } } });
    expect(await seen(page.getByText('every 180 days'))).toBe(true);
  });

  it('stops and resumes automation, and orders a turn; one that is stopped or open already says so', async () => {
    const { page, open } = scene();
    const stop = async () => (await get<{ stop: { reason: string } | null }>('/automation')).stop;
    await open('/drift', 'Drift and quality');
    await press('Stop automation');
    await dialog().getByLabel('Reason').fill('an audit is on');
    await look('automation');
    await send('Stop automation');
    expect(await stop()).toMatchObject({ reason: 'an audit is on' });
    await open('/drift/delay?tab=retraining', 'delay');
    await press('Run a turn now');
    await look('turn');
    await sendInVain('Run a turn', 'automation_stopped');
    await open('/drift', 'Drift and quality');
    await press('Resume automation');
    await dialog().getByLabel('Reason').fill('it is over');
    await send('Resume automation');
    expect(await stop()).toBe(null);
    await open('/drift/delay?tab=retraining', 'delay');
    await press('Run a turn now');
    await send('Run a turn');
    const { turns } = await get<{ turns: { id: string; cause: string }[] }>('/retraining/turns?line=delay');
    expect(turns).toMatchObject([{ cause: 'person' }]);
    expect(await seen(page.getByRole('link', { name: turns[0]?.id ?? '' }))).toBe(true);
    await keep('turn-ordered');
    await press('Run a turn now');
    await sendInVain('Run a turn', 'retrain_turn_open');
  });
}
