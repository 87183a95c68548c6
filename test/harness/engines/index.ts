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
  /**
   * Why a test speaks plain text with it, on loopback; absent: it can be told to believe an authority.
   */
  plainBecause?: string;
  /** Why the whole agent is not tried with it; absent: it lives two lives there. */
  notWholeBecause?: string;
  find(): Found<string>;
  start(options?: EngineOptions): Promise<Found<Engine>>;
}

/** Every engine that tablets have, as Debian packages it. */
export const ENGINES: readonly EngineKind[] = [
  { name: 'chromium', find: findChromium, start: startPlainChromium },
  { name: 'firefox', find: findFirefox, start: startFirefox },
  {
    name: 'webkitgtk',
    plainBecause: 'requests to a server with an authority of its own hang there, and nobody has found out why',
    notWholeBecause: 'its worker takes no entry after it has predicted (worker_ended), and nobody has found out why',
    find: findWebKitGtk,
    start: startWebKitGtk,
  },
];
