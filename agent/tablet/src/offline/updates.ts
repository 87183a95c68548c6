import { buildHash } from './build-hash.ts';

const LOOK_EVERY_MS = 3_600_000;
/** What the page says to a service worker that waits; `service-worker.ts` knows it, too. */
export const TAKE_OVER = 'plumbline-take-over';

type UpdateState = 'ready' | 'failed';

let registered: Promise<ServiceWorkerRegistration | undefined> | undefined;
let latest: UpdateState | undefined;
const followers = new Set<(state: UpdateState) => void>();

/** The app without network, once it is built. Where there are no service workers it works as long as the page is open. */
export function registerOffline(): void {
  if (!('serviceWorker' in navigator) || buildHash() === undefined) return;
  registered = navigator.serviceWorker
    .register('./service-worker.js', { updateViaCache: 'none' })
    .then(watch)
    .catch(() => undefined);
  void registered.then((registration) => registration && takeAsAsked(registration));
}

/** Says when a whole new version lies ready, and when one did not arrive whole. @returns stops following */
export function followUpdates(follower: (state: UpdateState) => void): () => void {
  followers.add(follower);
  if (latest !== undefined) follower(latest);
  return () => followers.delete(follower);
}

/** From the first moment on: a version may have come, or failed, before anything is painted that would say so. */
function watch(registration: ServiceWorkerRegistration): ServiceWorkerRegistration {
  const watchNew = () => watchInstall(registration);
  if (registration.waiting !== null) tell('ready');
  if (registration.installing !== null) watchNew();
  registration.addEventListener('updatefound', watchNew);
  setInterval(() => void registration.update().catch(() => undefined), LOOK_EVERY_MS);
  return registration;
}

function tell(state: UpdateState): void {
  latest = state;
  for (const follower of followers) follower(state);
}

function watchInstall(registration: ServiceWorkerRegistration): void {
  const worker = registration.installing;
  let isWhole = false;
  worker?.addEventListener('statechange', () => {
    if (worker.state === 'installed') isWhole = true;
    // The very first one takes over by itself: nobody uses anything older.
    if (worker.state === 'installed' && registration.active !== null) tell('ready');
    if (worker.state === 'redundant' && !isWhole) tell('failed');
  });
}

/** How often a version that waits is told again: the message is lost on a worker that the browser ends at that moment. */
const TELL_EVERY_MS = 2000;
/** Told so often, it waits for what this page still asks of the version before it: loaded anew, the page asks it no more. */
const TELLS = 3;
const MOST_LOADS = 3;
/** How often this tab has loaded anew for a version that somebody asked for. */
const LOADS = 'plumbline.update-loads';

/** Only the tab that asked loads anew; others go on with the files they have, which are kept for them. */
export async function takeUpdate(loads = 0): Promise<void> {
  const waiting = (await registered)?.waiting;
  if (!waiting) return location.reload();
  let tells = 0;
  const takeOver = () => {
    if (waiting.state === 'activating') return;
    if (waiting.state !== 'installed') return location.reload();
    if (tells === TELLS && loads < MOST_LOADS) {
      sessionStorage.setItem(LOADS, String(loads + 1));
      return location.reload();
    }
    tells += 1;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of windows; a worker has none
    waiting.postMessage(TAKE_OVER);
  };
  waiting.addEventListener('statechange', takeOver);
  setInterval(takeOver, TELL_EVERY_MS);
  takeOver();
}

/** Somebody asked for the version that waits, and this page was loaded anew for it. */
function takeAsAsked(registration: ServiceWorkerRegistration): void {
  const loads = Number(sessionStorage.getItem(LOADS) ?? 0);
  sessionStorage.removeItem(LOADS);
  if (loads > 0 && registration.waiting !== null) void takeUpdate(loads);
}
