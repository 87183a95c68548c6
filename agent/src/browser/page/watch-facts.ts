import type { PageFacts } from '../platform/page-facts.ts';

/** The Battery Status API, which only Chromium has, and TypeScript no types for. */
interface Battery extends EventTarget {
  charging: boolean;
  level: number;
}

/** What only a page can see; told at once and after every change. @returns stops watching */
export function watchFacts(onFacts: (facts: PageFacts) => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let battery: Battery | undefined;
  const tell = () => onFacts({ ...factsNow(), ...(battery && { power: powerOf(battery) }) });
  document.addEventListener('visibilitychange', tell, { signal });
  globalThis.addEventListener('online', tell, { signal });
  globalThis.addEventListener('offline', tell, { signal });
  void batteryOf().then((found) => {
    if (signal.aborted || found === undefined) return;
    battery = found;
    battery.addEventListener('chargingchange', tell, { signal });
    battery.addEventListener('levelchange', tell, { signal });
    tell();
  });
  tell();
  return () => stop.abort();
}

export function factsNow(): PageFacts {
  return { installed: isInstalled(), visible: document.visibilityState === 'visible', online: navigator.onLine };
}

function isInstalled(): boolean {
  const onHomeScreen = 'standalone' in navigator && navigator.standalone === true;
  return onHomeScreen || matchMedia('(display-mode: standalone)').matches;
}

function powerOf({ charging, level }: Battery): NonNullable<PageFacts['power']> {
  return { onBattery: !charging, percent: Math.round(level * 100) };
}

async function batteryOf(): Promise<Battery | undefined> {
  const { getBattery } = navigator as { getBattery?: () => Promise<Battery> };
  return getBattery?.call(navigator).catch(() => undefined);
}
