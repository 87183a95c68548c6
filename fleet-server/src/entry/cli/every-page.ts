import type { Client } from '../approver/index.ts';

/** All rows of a list that is read page by page: a fleet has more of them than one answer. */
export async function everyPage<Page, Row>(
  client: Client,
  path: string,
  rowsOf: (page: Page) => Row[],
): Promise<Row[]> {
  const all: Row[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const after = cursor === '' ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
    const page: Page & { next: string | null } = await client.get(`${path}${after}`);
    all.push(...rowsOf(page));
    cursor = page.next;
  }
  return all;
}
