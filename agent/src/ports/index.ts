export type { Clock, Crypto, Random } from '@plumbline/shared/ports';
export * from './errors.ts';
export * from './files.ts';
export * from './host.ts';
export * from './inference.ts';
export * from './link.ts';
export * from './model-trial.ts';
export * from './nearby.ts';
export * from './stopwatch.ts';
export * from './store.ts';

import type { Clock, Crypto, Random } from '@plumbline/shared/ports';
import type { Files } from './files.ts';
import type { Host } from './host.ts';
import type { Inference } from './inference.ts';
import type { Link } from './link.ts';
import type { ModelTrial } from './model-trial.ts';
import type { Nearby } from './nearby.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Store } from './store.ts';

/** All the core may touch of the world. */
export interface Ports {
  clock: Clock;
  random: Random;
  crypto: Crypto;
  store: Store;
  files: Files;
  link: Link;
  inference: Inference;
  trial: ModelTrial;
  host: Host;
  /** Where the site has somebody to copy from: a tablet's gateway. */
  nearby?: Nearby;
  /** How long answers take; without one the clock has to do, in whole milliseconds. */
  stopwatch?: Stopwatch;
}
