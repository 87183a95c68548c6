import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { digestOf, SCHEMA } from './generate-client.ts';
import { describeApi } from './openapi.ts';

it('is typed by the API as it is now: run npm run -s generate:client after a change of it', async () => {
  const [first = ''] = (await readFile(SCHEMA, 'utf8')).split('\n');
  expect(first).toContain(digestOf(await describeApi()));
});
