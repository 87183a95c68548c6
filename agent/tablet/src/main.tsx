import { render } from 'preact';
import { App } from './app/app.tsx';
import { readLanguage } from './app/settings.ts';
import { keepInstallPrompt } from './offline/install.ts';
import { registerOffline } from './offline/updates.ts';
import { loadWords } from './words/languages.ts';
import { readStoredView } from './worker/stored.ts';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/pages.css';

const root = document.getElementById('root');
if (root === null) throw new Error('unreachable: index.html has #root');

keepInstallPrompt();
// A storage that cannot be read is no reason for an empty screen: the agent says what is wrong with it.
const stored = await readStoredView().catch(() => undefined);
const words = await loadWords(readLanguage(), navigator.languages, stored?.zone);
root.replaceChildren();
render(<App stored={stored} firstWords={words} />, root);
registerOffline();
