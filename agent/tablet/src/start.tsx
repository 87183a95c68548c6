import { render } from 'preact';
import { App } from './app/app.tsx';
import { settingsOf } from './app/settings.ts';
import { keepInstallPrompt } from './offline/install.ts';
import { registerOffline } from './offline/updates.ts';
import { loadWords } from './words/languages.ts';
import { readStoredPage } from './worker/stored.ts';

/** Longer no first paint waits for a storage that does not open. */
const READ_WITHIN_MS = 1500;

/** Paints what was stored, or that something is waited for; the agent starts behind it. */
export async function start(root: HTMLElement): Promise<void> {
  keepInstallPrompt();
  const reading = readStoredPage();
  const soon = await Promise.race([reading, after(READ_WITHIN_MS)]);
  const stored = soon ?? { view: undefined, preferences: {} };
  const { language } = settingsOf(stored.preferences);
  const words = await loadWords(language, navigator.languages, stored.view?.zone);
  root.replaceChildren();
  render(<App stored={stored} firstWords={words} later={soon === undefined ? reading : undefined} />, root);
  registerOffline();
}

function after(delayMs: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), delayMs);
  });
}
