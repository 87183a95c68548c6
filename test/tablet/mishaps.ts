import { appendFile, glob } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { LEADER_LOCK } from '../../agent/src/browser/tabs/tab-messages.ts';

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

/**
 * From a page of the same origin: nobody can open the database of the app, which is there and being made ready. As a
 * browser does that is still at work on it.
 * @returns lets everybody in
 */
export async function closeStorage(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(HOLD);
  return async () => {
    await page.evaluate('globalThis.letIn()');
  };
}

const HOLD = `(() => new Promise((resolve) => {
  let isOver = false;
  const closed = new Promise((done) => {
    const request = indexedDB.open('plumbline', 1);
    request.addEventListener('upgradeneeded', () => {
      const shelves = ['rows', 'keys', 'page'].map((name) => request.result.createObjectStore(name));
      // A transaction lasts as long as it is asked something.
      const ask = () => {
        if (!isOver) shelves[0].count().addEventListener('success', ask);
      };
      ask();
      resolve();
    });
    request.addEventListener('success', () => {
      request.result.close();
      done();
    });
  });
  globalThis.letIn = () => {
    isOver = true;
    return closed;
  };
}))()`;

/**
 * From a page of the same origin: another tab runs the agent, and never says a word.
 * @returns ends it
 */
export async function holdTurn(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(TAKE_TURN);
  return async () => {
    await page.evaluate('globalThis.giveTurn()');
  };
}

const TAKE_TURN = `new Promise((resolve) => {
  void navigator.locks.request(${JSON.stringify(LEADER_LOCK)}, () => {
    resolve();
    return new Promise((end) => (globalThis.giveTurn = end));
  });
})`;

/** `localStorage` stays as the last good end left it, as after a kill that came before the browser wrote it down. */
export async function keepAsItWas(page: Page): Promise<void> {
  await page.addInitScript({ content: 'Storage.prototype.removeItem = Storage.prototype.setItem = () => {};' });
}

/** A file of the app is in none of the browser's caches any more. @param part of its address */
export async function loseCached(page: Page, part: string): Promise<void> {
  await page.evaluate(`(${LOSE})(${JSON.stringify(part)})`);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.clearBrowserCache');
}

const LOSE = `async (part) => {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    const found = (await cache.keys()).filter(({ url }) => url.includes(part));
    if (found.length === 0) throw new Error('nothing cached like ' + part);
    for (const request of found) await cache.delete(request);
  }
}`;

/**
 * A kill between the two system calls by which LevelDB appends a record: its seven bytes of head are there (sum, length
 * 79, "whole"; https://github.com/google/leveldb/blob/main/doc/log_format.md), and nothing of what they speak of.
 * @param profile of a Chromium that is away
 * @returns how many logs of databases outside of buckets were torn; none where Chromium keeps them in SQLite
 */
export async function tearLogs(profile: string): Promise<number> {
  let torn = 0;
  for await (const log of glob(join(profile, 'Default/IndexedDB/*.leveldb/*.log'))) {
    await appendFile(log, Uint8Array.of(0x4b, 0x1d, 0x9c, 0x7e, 79, 0, 1));
    torn += 1;
  }
  return torn;
}
