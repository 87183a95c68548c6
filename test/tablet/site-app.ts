import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { gatherEvidence } from './evidence.ts';
import type { PrivateSite } from './private-site.ts';

const SEEN_MS = 30_000;

/** The app as a person has it: pages, buttons, words. Nothing here looks behind them. */
export interface SiteApp {
  page: Page;
  go(hash: string, heading: string): Promise<void>;
  tap(name: string): Promise<void>;
  /** Waits until an entry about the activity that is shown can be recorded. */
  ready(): Promise<void>;
  /** Waits until the strip at the top says so. */
  strip(text: string | RegExp): Promise<void>;
  enrol(code: string): Promise<void>;
  /** Records a note; resolves when the page says that it is saved. */
  note(text: string): Promise<void>;
  /** Fills in a note and taps Save; resolves before anything is said. */
  beginNote(text: string): Promise<void>;
  /** Taps Save in a form that is open, naming who says it when the form asks. */
  save(): Promise<void>;
  /** Resolves when the page says that it is saved. */
  saved(): Promise<void>;
  /** Records how far it is, such as `75%`; resolves when the page says that it is saved. */
  progress(percent: string): Promise<void>;
  /** What waits on the tablet, by its own file; as the texts of the notes. */
  unsentNotes(): Promise<string[]>;
  lookForNews(): Promise<void>;
  close(): Promise<void>;
}

interface UnsentRow {
  entry?: { field?: string; value?: { text?: string } };
}

export interface SiteAppOptions {
  hash?: string;
  isOnline?: boolean;
  /** Done to the page before it is opened. */
  before?: (page: Page) => Promise<void>;
  /** Hears that a form did not know who holds the tablet. */
  onNameAsked?: () => void;
  /** Hears that Save was tapped. */
  onSaving?: () => void;
  /** Hears that the page says "Saved on this tablet", before the browser paints it. */
  onSaved?: () => void;
}

export async function openSiteApp(
  { chromium, originOf }: Pick<PrivateSite, 'chromium' | 'originOf'>,
  tablet: string,
  { hash = '#/', isOnline = true, before, onNameAsked, onSaving, onSaved }: SiteAppOptions = {},
): Promise<SiteApp> {
  const page = await chromium.newPage();
  page.setDefaultTimeout(SEEN_MS);
  const { explained } = gatherEvidence(page);
  await page.context().setOffline(!isOnline);
  await before?.(page);
  if (onSaving !== undefined || onSaved !== undefined) {
    await page.exposeFunction('heardSaving', onSaving ?? (() => undefined));
    await page.exposeFunction('heardSaved', onSaved ?? (() => undefined));
    await page.addInitScript({ content: TELL_SAVED });
  }
  const url = originOf(tablet);
  await explained(page.goto(`${url}/${hash}`));

  const app: SiteApp = {
    page,
    async go(to, heading) {
      await page.bringToFront();
      await page.goto(`${url}/${to}`);
      await explained(page.getByRole('heading', { level: 1, name: heading }).waitFor());
    },
    async tap(name) {
      // A tab behind another draws once a second, and a tap waits for two drawings.
      await page.bringToFront();
      await explained(page.getByRole('button', { name, exact: true }).click());
    },
    ready: () => {
      const note = page.getByRole('button', { name: 'Note, photo', exact: true });
      return explained(note.and(page.locator(':enabled')).waitFor());
    },
    strip: (text) => explained(page.locator('.sync', { hasText: text }).waitFor()),
    async enrol(code) {
      await page.getByLabel('Or paste the code').fill(code);
      await app.tap('Connect');
      await explained(page.getByRole('heading', { level: 1, name: 'Today' }).waitFor());
    },
    async note(text) {
      await app.beginNote(text);
      await app.saved();
    },
    async beginNote(text) {
      await app.tap('Note, photo');
      await page.getByLabel('What should the next one know?').fill(text);
      await app.save();
    },
    async save() {
      const name = page.getByLabel('Your name');
      if (await name.isVisible()) {
        onNameAsked?.();
        await name.fill('Ada');
      }
      await app.tap('Save');
    },
    async saved() {
      await explained(page.getByRole('dialog').waitFor({ state: 'detached' }));
      await explained(page.getByText('Saved on this tablet').waitFor());
    },
    async progress(percent) {
      await app.tap('Progress');
      await app.tap(percent);
      await app.save();
      await app.saved();
    },
    async unsentNotes() {
      await app.go('#/tablet', 'Tablet');
      const download = page.waitForEvent('download');
      await app.tap('Save as a file');
      const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n');
      const entries = lines.map((line) => (JSON.parse(line) as UnsentRow).entry);
      return entries.filter((entry) => entry?.field === 'note').map((entry) => entry?.value?.text ?? '');
    },
    async lookForNews() {
      await app.go('#/tablet', 'Tablet');
      await app.tap('Look for news now');
    },
    close: () => page.close(),
  };
  return app;
}

/** In the page: what is tapped and what is said, told as soon as it is. */
const TELL_SAVED = `{
  let before = '';
  const look = () => {
    const now = document.querySelector('.saved')?.textContent ?? '';
    if (now !== before && now !== '') globalThis.heardSaved();
    before = now;
  };
  addEventListener('submit', () => globalThis.heardSaving(), { capture: true });
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}`;
