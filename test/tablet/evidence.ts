import type { Page, Request } from 'playwright-core';

const MOST_LINES = 60;
const MOST_LETTERS = 4000;
const ASK_WITHIN_MS = 3000;

/** What a page went through since it was opened, for an error that would say only what was missing. */
export interface Evidence {
  /** The same promise; when it fails, its error says all of this, too. */
  explained<T>(work: Promise<T>): Promise<T>;
}

/** Keeps what page, workers and requests say from now on. */
export function gatherEvidence(page: Page): Evidence {
  const began = performance.now();
  const lines: string[] = [];
  const say = (line: string) => lines.push(`${(performance.now() - began).toFixed(0)} ms ${line}`);
  page.on('console', (message) => say(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => say(`page error: ${error.message}`));
  page.on('crash', () => say('the page crashed'));
  page.on('framenavigated', (frame) => say(`navigated to ${frame.url()}`));
  page.on('worker', (worker) => {
    say(`worker began: ${worker.url()}`);
    worker.on('close', () => say(`worker ended: ${worker.url()}`));
  });
  page.on('request', (request) => say(`asked ${request.url()}`));
  page.on('requestfinished', (request) => void answerOf(request).then(say));
  page.on('requestfailed', (request) => say(`failed ${request.url()}: ${request.failure()?.errorText ?? 'unknown'}`));
  return {
    explained: (work) =>
      work.catch(async (cause: unknown) => {
        const what = cause instanceof Error ? cause.message : String(cause);
        throw new Error([what, await stateOf(page), ...lines.slice(-MOST_LINES)].join('\n'), { cause });
      }),
  };
}

async function answerOf(request: Request): Promise<string> {
  const response = await request.response().catch(() => null);
  const by = response?.fromServiceWorker() === true ? ' by the service worker' : '';
  return `got ${response?.status() ?? 'nothing'} ${request.url()}${by}`;
}

/** What it shows, by which phase of the agent, and which workers run; a page that does not answer is one, too. */
async function stateOf(page: Page): Promise<string> {
  const workers = page.workers().map((worker) => worker.url());
  const services = page.context().serviceWorkers();
  const phase = await within(page.evaluate(`document.querySelector('.sync')?.dataset.phase`));
  const shown = await within(page.content());
  const registered = await within(page.evaluate(REGISTERED));
  return [
    `phase ${String(phase)}; workers ${workers.join()}; service workers ${services.map((one) => one.url()).join()}`,
    `registered: ${String(registered)}`,
    String(shown).slice(0, MOST_LETTERS),
  ].join('\n');
}

const REGISTERED = `navigator.serviceWorker.getRegistration().then((one) => {
  const states = ['installing', 'waiting', 'active'].map((name) => name + ' ' + one?.[name]?.state);
  return states.join(', ') + ', controlled by ' + navigator.serviceWorker.controller?.state;
})`;

function within<T>(asked: Promise<T>): Promise<T | string> {
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve('no answer'), ASK_WITHIN_MS).unref();
  });
  return Promise.race([asked.catch(String), late]);
}
