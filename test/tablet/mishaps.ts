import type { Page } from 'playwright-core';

/** Sets the clock of a tablet wrong, for its page and for the worker of its agent; before the page is opened. */
export async function setClockWrong(page: Page, byMs: number): Promise<void> {
  const shift = `{ const real = Date.now; Date.now = () => real() + ${byMs}; }`;
  await page.addInitScript({ content: shift });
  page.on('worker', (worker) => void worker.evaluate(shift).catch(() => undefined));
}

/** Worn flash: one stored entry of the site log about this activity is not what was written. */
export async function damageOneEntry(page: Page, activity: string): Promise<void> {
  await page.evaluate(`(${DAMAGE})(${JSON.stringify(activity)})`);
}

const DAMAGE = `async (activity) => {
  const settled = (request) =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(request.error));
    });
  const database = await settled(indexedDB.open('plumbline'));
  const rows = database.transaction('rows', 'readwrite').objectStore('rows');
  for (const key of await settled(rows.getAllKeys())) {
    if (!String(key).includes('site/entry/')) continue;
    const bytes = await settled(rows.get(key));
    if (!new TextDecoder().decode(bytes).includes('"' + activity + '"')) continue;
    await settled(rows.put(bytes.slice(0, bytes.length >> 1), key));
    return database.close();
  }
  throw new Error('no entry about ' + activity);
}`;
