import { stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { readPages, type PageFile } from '../console/built-pages.ts';

const ATTEMPTS = 5;
const AGAIN_MS = 20;

/**
 * The files of one build, never some of one and some of the next: the folder is swapped as a whole when the app is built
 * again, so one that was another before and after is read anew. Empty where none was built.
 */
export async function readBuild(folder: string): Promise<Map<string, PageFile>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await identityOf(folder);
    const pages = await readPages(folder).catch(() => undefined);
    if (before !== undefined && before === (await identityOf(folder)) && pages !== undefined) return pages;
    await setTimeout(AGAIN_MS);
  }
  return new Map();
}

async function identityOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  return found && `${found.ino} ${found.birthtimeMs}`;
}
