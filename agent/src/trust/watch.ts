import type { TrustView } from './trust-view.ts';

type Event = (code: string, details: Record<string, string | number | boolean | null>) => void;

/** Says once when metadata expires or the clock falls behind signed time, and once when that is over. */
export function watchTrust(view: () => TrustView, event: Event): () => void {
  let staleRole: string | undefined;
  let wasSuspect = false;
  return () => {
    const { stale, clockSuspect, timeFloor } = view();
    if (stale?.role !== staleRole) {
      if (stale === undefined) event('fresh_metadata', { role: staleRole ?? null });
      else event('stale_metadata', { role: stale.role, version: stale.version, expires: stale.expires });
      staleRole = stale?.role;
    }
    if (clockSuspect && !wasSuspect) event('clock_suspect', { timeFloor });
    wasSuspect = clockSuspect;
  };
}
