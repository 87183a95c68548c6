import type { Page } from 'playwright-core';
import { createClient } from '../../fleet-server/src/entry/approver/index.ts';

export const PASSWORD = 'a plumb line is true';

export interface RunningServer {
  fleet: { publicUrl: string; operatorToken: string };
  caPem: string | undefined;
}

/** Makes the first user by the link that the server hands out, through the page that everybody sees. */
export async function setUp(page: Page, { fleet, caPem }: RunningServer, name = 'ana'): Promise<void> {
  const { publicUrl, operatorToken } = fleet;
  const client = createClient({ url: publicUrl, operatorToken, ...(caPem && { caPem }) });
  const { code } = await client.post<{ code: string }>('/api/v1/setup/codes', {});
  await page.goto(`${publicUrl}/setup#code=${code}`);
  await page.getByLabel('Your name').fill(name);
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Make me the admin' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** As somebody who has a password already. */
export async function signIn(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Name').fill(name);
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}
