import { buildHash } from './build-hash.ts';

const LOOK_EVERY_MS = 3_600_000;
/** What the page says to a service worker that waits; `service-worker.ts` knows it, too. */
export const TAKE_OVER = 'plumbline-take-over';

let registered: Promise<ServiceWorkerRegistration | undefined> | undefined;

/** The app without network, once it is built. Where there are no service workers it works as long as the page is open. */
export function registerOffline(): void {
  if (!('serviceWorker' in navigator) || buildHash() === undefined) return;
  registered = navigator.serviceWorker
    .register('./service-worker.js', { updateViaCache: 'none' })
    .catch(() => undefined);
}

/** Says when a whole new version lies ready, and when one did not arrive whole. @returns stops following */
export function followUpdates(tell: (state: 'ready' | 'failed') => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  let isGone = false;
  void registered?.then((registration) => {
    if (registration === undefined || isGone) return;
    const watch = () => watchInstall(registration, tell);
    if (registration.waiting !== null) tell('ready');
    registration.addEventListener('updatefound', watch);
    timer = setInterval(() => void registration.update().catch(() => undefined), LOOK_EVERY_MS);
  });
  return () => {
    isGone = true;
    clearInterval(timer);
  };
}

function watchInstall(registration: ServiceWorkerRegistration, tell: (state: 'ready' | 'failed') => void): void {
  const worker = registration.installing;
  let isWhole = false;
  worker?.addEventListener('statechange', () => {
    if (worker.state === 'installed') isWhole = true;
    // The very first one takes over by itself: nobody uses anything older.
    if (worker.state === 'installed' && registration.active !== null) tell('ready');
    if (worker.state === 'redundant' && !isWhole) tell('failed');
  });
}

/** Only the tab that asked loads anew; others go on with the files they have, which are kept for them. */
export async function takeUpdate(): Promise<void> {
  const registration = await registered;
  if (registration?.waiting === null || registration === undefined) return location.reload();
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of windows; a worker has none
  registration.waiting.postMessage(TAKE_OVER);
}
