import { startAgain } from './offline/start-again.ts';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/pages.css';

/** Said by a page that has nothing else yet, catalogues of words included. */
const INCOMPLETE = {
  en: 'A part of the app did not come. It is tried again by itself; what you recorded is safe.',
  de: 'Ein Teil der App kam nicht an. Es wird von selbst noch einmal versucht; was Sie erfasst haben, ist sicher.',
};

const root = document.getElementById('root');
if (root === null) throw new Error('unreachable: index.html has #root');

try {
  const { start } = await import('./start.tsx');
  await start(root);
} catch (error) {
  reportError(error);
  const says = document.createElement('p');
  says.className = 'incomplete';
  says.textContent = navigator.language.startsWith('de') ? INCOMPLETE.de : INCOMPLETE.en;
  root.replaceChildren(says);
  startAgain();
}
