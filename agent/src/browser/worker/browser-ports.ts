import type { Ports } from '../../index.ts';
import { createWebSocketLink } from '../link/web-socket-link.ts';
import { createBrowserInference } from '../models/browser-inference.ts';
import { createWorkerTrial } from '../models/worker-trial.ts';
import { createBrowserClock, type BrowserClock } from '../platform/browser-clock.ts';
import { createBrowserCrypto } from '../platform/browser-crypto.ts';
import { createBrowserHost } from '../platform/browser-host.ts';
import type { PageFacts } from '../platform/page-facts.ts';
import { createBrowserRandom } from '../platform/browser-random.ts';
import { createIndexedDbStore } from '../storage/indexed-db-store.ts';
import { openFiles } from '../storage/open-files.ts';
import { HERE_ALONE } from '../view/page-shelf.ts';
import { openTabletDatabase, type TabletDatabase } from '../storage/tablet-database.ts';

export interface BrowserPorts extends AsyncDisposable {
  ports: Ports;
  clock: BrowserClock;
  /** Key and view lie beside the rows. */
  database: TabletDatabase;
  /** Whether an earlier agent left payloads or models here. */
  hasFiles(): Promise<boolean>;
}

/** Everything an agent needs of a browser; disposing closes it. @throws StoreError `store_unavailable` */
export async function openBrowserPorts(facts: () => PageFacts): Promise<BrowserPorts> {
  const database = await openTabletDatabase(HERE_ALONE);
  const { files, hasAny } = await openFiles();
  const clock = createBrowserClock();
  const store = createIndexedDbStore(database);
  const trial = createWorkerTrial();
  return {
    clock,
    database,
    hasFiles: hasAny,
    ports: {
      clock,
      random: createBrowserRandom(),
      crypto: createBrowserCrypto(database),
      store,
      files,
      link: createWebSocketLink(),
      inference: createBrowserInference(),
      trial,
      host: createBrowserHost(facts),
      stopwatch: { elapsedMs: () => performance.now() },
    },
    async [Symbol.asyncDispose]() {
      await trial.close();
      await store.close();
      database.close();
    },
  };
}
