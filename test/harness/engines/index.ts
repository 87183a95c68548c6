import { findChromium } from '../services/chromium.ts';
import type { Found } from '../services/child.ts';
import { startPlainChromium } from './chromium.ts';
import type { Engine, EngineName, EngineOptions } from './engine.ts';
import { findFirefox, startFirefox } from './firefox.ts';
import { findWebKitGtk, startWebKitGtk } from './webkit-gtk.ts';

export type { Engine, EngineName, EngineOptions } from './engine.ts';

/** One engine of a browser: whether it is here, and how it starts. */
export interface EngineKind {
  name: EngineName;
  find(): Found<string>;
  start(options?: EngineOptions): Promise<Found<Engine>>;
}

/** Every engine that tablets have, as Debian packages it. */
export const ENGINES: readonly EngineKind[] = [
  { name: 'chromium', find: findChromium, start: startPlainChromium },
  { name: 'firefox', find: findFirefox, start: startFirefox },
  { name: 'webkitgtk', find: findWebKitGtk, start: startWebKitGtk },
];
