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

/** Only the tab that asked loads anew; others go on with the files they have, which are kept for them. */
export async function takeUpdate(): Promise<void> {
  const waiting = (await registered)?.waiting;
  if (!waiting) return location.reload();
  const takeOver = () => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of windows; a worker has none
    if (waiting.state === 'installed') waiting.postMessage(TAKE_OVER);
    else if (waiting.state !== 'activating') location.reload();
  };
  waiting.addEventListener('statechange', takeOver);
  setInterval(takeOver, TELL_EVERY_MS);
  takeOver();
}
