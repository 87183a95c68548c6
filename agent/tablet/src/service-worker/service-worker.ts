import { answerFrom } from './answer.ts';
import { fill } from './fill.ts';
import { PRECACHE } from './precache.ts';

declare const self: ServiceWorkerGlobalScope;

const PREFIX = 'plumbline-app-';
const OWN = PREFIX + PRECACHE.build;
/** What the page says when a person has taken the update; `offline/updates.ts` says it. */
const TAKE_OVER = 'plumbline-take-over';

self.addEventListener('install', (event) => {
  event.waitUntil(fill(OWN, PRECACHE.files, self.registration.scope));
});

self.addEventListener('message', ({ data }) => {
  if (data === TAKE_OVER) void self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== OWN);
      // The one before stays for tabs that still run it and load a part of it later.
      await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const answer = answerFrom(event.request, {
    own: OWN,
    scope: self.registration.scope,
    files: PRECACHE.files,
  });
  if (answer !== undefined) event.respondWith(answer);
});
