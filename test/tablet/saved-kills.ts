import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@plumbline/shared/ports';
import { readBooks } from '../harness/index.ts';
import type { PrivateSite } from './private-site.ts';
import { tearLogs } from './mishaps.ts';
import { openSiteApp } from './site-app.ts';

const WITHIN_MS = 100;
/** Of the kills, how many come between the two system calls of a record. */
const TORN = 0.2;

export interface SavedKills {
  /** So often: writes a note, taps Save, and takes the whole browser away within 100 ms; connected or not, and in the middle of a record of the browser's own log or not, as drawn. */
  lives(kills: number): Promise<void>;
  /** Connects, waits until everything is sent, and compares what the page had said with what the server has. */
  close(): Promise<SavedSums>;
}

export interface SavedSums {
  /** Tapped Save, and killed. */
  kills: number;
  /** Logs of the browser that a kill tore. */
  torn: number;
  /** Of the kills the page had said "Saved on this tablet". */
  shown: number;
  delivered: number;
  /** Shown as saved, and not at the server. */
  lost: number;
  doubled: number;
  /** Asked for the name again, after an entry by that name had been said to be saved. */
  asked: number;
  /** The longest that a start took until something could be recorded. */
  slowestMs: number;
}

/** @param tablet that is enrolled, and knows the activity `slab-2` */
export function createSavedKills(site: PrivateSite, tablet: string, random: Random): SavedKills {
  const tapped: string[] = [];
  const shown = new Set<string>();
  let asked = 0;
  let torn = 0;
  let slowestMs = 0;
  const prefix = `killed ${random.next()}`;

  const live = async () => {
    const text = `${prefix} ${tapped.length}`;
    const isOnline = random.next() < 0.5;
    const wasNamed = shown.size > 0;
    const began = performance.now();
    const saving = Promise.withResolvers<void>();
    const app = await openSiteApp(site, tablet, {
      hash: '#/activity/slab-2',
      isOnline,
      onNameAsked: () => (asked += wasNamed ? 1 : 0),
      onSaving: () => saving.resolve(),
      onSaved: () => shown.add(text),
    });
    tapped.push(text);
    await app.ready();
    slowestMs = Math.max(slowestMs, performance.now() - began);
    const kill = await site.chromium.aim();
    // What it would say of a browser that went is known here.
    const written = app.beginNote(text).catch(() => undefined);
    await Promise.race([saving.promise, written]);
    // Not a wait for something: the moment of the kill is what the seed draws.
    await pause(random.next() * WITHIN_MS);
    const tears = random.next() < TORN;
    await kill(async (profile) => {
      if (tears) torn += await tearLogs(profile);
    });
    await written;
  };

  return {
    async lives(kills) {
      for (let done = 0; done < kills; done += 1) await live();
    },
    async close() {
      const app = await openSiteApp(site, tablet);
      await app.strip('Everything is sent');
      const texts = await notesOf(site);
      const { refs } = await readBooks(site.fleet.server.fleet.database);
      await app.close();
      const times = (text: string) => texts.filter((one) => one === text).length;
      return {
        kills: tapped.length,
        torn,
        shown: shown.size,
        delivered: tapped.filter((text) => times(text) > 0).length,
        lost: [...shown].filter((text) => times(text) === 0).length,
        asked,
        slowestMs: Math.round(slowestMs),
        doubled: tapped.filter((text) => times(text) > 1).length + [...refs.values()].filter((sent) => sent > 1).length,
      };
    },
  };
}

/** Texts of all notes in the site log of the server. */
export async function notesOf({ fleet }: Pick<PrivateSite, 'fleet'>): Promise<string[]> {
  const texts: string[] = [];
  let page: LogPage = { cursor: 0, entries: [], more: true };
  while (page.more) {
    page = await fleet.client.get<LogPage>(`/api/v1/sites/north/log?limit=2000&cursor=${page.cursor}`);
    for (const { field, value } of page.entries) if (field === 'note') texts.push(value.text ?? '');
  }
  return texts;
}

interface LogPage {
  cursor: number;
  more: boolean;
  entries: { field: string; value: { text?: string } }[];
}
