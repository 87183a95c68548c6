import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTeller } from './report.ts';

it('one failing claim decides, however many hold after it', () => {
  const teller = createTeller(() => undefined);
  expect(teller.allHold()).toBe(true);
  teller.claim('rows were kept', true);
  expect(teller.allHold()).toBe(true);
  teller.claim('nothing was lost', false);
  teller.claim('rows came once', true);
  expect(teller.allHold()).toBe(false);
});

it('what is claimed is printed as it is kept, under numbered headings', () => {
  const printed: string[] = [];
  const teller = createTeller((text) => printed.push(text));
  teller.heading('Data');
  teller.claim('nothing was lost', false);
  teller.heading('Training');
  teller.line('300 rows');
  expect(printed).toEqual(['\n1. Data', '   FAILS: nothing was lost', '\n2. Training', '   300 rows']);
});

it('the report holds every step and claim', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-report-'));
  const teller = createTeller(() => undefined);
  teller.step('outage', 'refused');
  teller.step('outage', 'done');
  teller.claim('nothing was lost', true);
  await teller.write(join(folder, 'report.json'));
  const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as unknown;
  expect(report).toMatchObject({ steps: { outage: 'done' }, claims: [{ claim: 'nothing was lost', holds: true }] });
  await rm(folder, { recursive: true });
});
