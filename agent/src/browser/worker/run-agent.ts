import { createAgent, type Agent, type Change, type Identity } from '../../index.ts';
import type { SiteView } from '../door/site-view.ts';
import { createComposer } from '../view/compose-view.ts';
import { readStoredView, storeView } from '../view/page-shelf.ts';
import { createPayloadSources } from '../view/payload-source.ts';
import { STORED_PREDICTIONS } from '../../store/keys.ts';
import { createProblems } from '../view/problems.ts';
import { createGatewayNearby } from '../nearby/gateway.ts';
import { isKeptOut } from '../nearby/kept-out.ts';
import type { BrowserPorts } from './browser-ports.ts';
import { coalesce } from './coalesce.ts';
import { pageFetch, profileOf } from './enrol-tablet.ts';
import { eraseTablet } from '../platform/erase-tablet.ts';
import type { StartOptions } from './messages.ts';
import { AGENT_VERSION } from './version.ts';
import { watchedStore } from './watched-store.ts';

export interface RunningAgent {
  agent: Agent;
  /** Composes a view of now, unless one was just made. */
  show(): Promise<void>;
  /** The next attempt to connect does not wait. */
  connectNow(): void;
  stop(): Promise<void>;
}

export interface AgentSignals {
  view: (view: SiteView) => void;
  /** The device has left its fleet; with an error something is still here, and goes at the next start. */
  retired: (error?: unknown) => void;
  /** The app is on the home screen. */
  installed: () => boolean;
}

/** At most four views a second, whatever happens. */
const VIEW_EVERY_MS = 250;
/** Time passes: today becomes yesterday, and the storage fills. */
const VIEW_AT_LEAST_EVERY_MS = 60_000;

/** Runs the core on the ports of this browser, and tells what it looks like. @throws AgentError, StoreError, ProfileError */
export async function runAgent(
  opened: BrowserPorts,
  identity: Identity,
  options: StartOptions,
  signals: AgentSignals,
): Promise<RunningAgent> {
  const { database, clock } = opened;
  const problems = createProblems();
  const payloads = createPayloadSources((await readStoredView())?.payloads);
  const nudges = new EventTarget();
  let isRunning = true;
  const changed = () => views.soon();
  const store = watchedStore(opened.ports.store, (changes) => {
    if (changes.some(touchesPredictions)) composer.outcomesMoved();
    changed();
  });
  const nearby = createGatewayNearby({
    ...opened.ports,
    identity: () => agent.state().identity,
    gateway: () => agent.state().identity.about?.gateway,
    isKeptOut,
  });
  const ports = { ...opened.ports, store, nearby };
  const agent: Agent = createAgent(ports, {
    profile: await profileOf(database.main, options.profile),
    agentVersion: AGENT_VERSION,
    secureFetch: () => pageFetch,
    nudges,
    ...(options.timing && { timing: options.timing }),
    ...(options.settings && { settings: options.settings }),
    onEvent(event) {
      problems.take(event);
      payloads.take(event);
      changed();
    },
    onChange: changed,
    async eraseKey() {
      // A view that is still being made would come back to a tablet that holds nothing.
      isRunning = false;
      await views.stop();
      await eraseTablet(database);
    },
    onRetired: signals.retired,
  });
  const { url: server } = identity;
  const { installed } = signals;
  const composer = createComposer({
    agent,
    ports,
    database: database.main,
    problems,
    payloads,
    server,
    installed,
    appVersion: AGENT_VERSION,
  });
  const views = coalesce(
    clock,
    VIEW_EVERY_MS,
    async () => {
      const view = await composer.compose();
      signals.view(view);
      await storeView(database.main, view);
    },
    (error) =>
      problems.take({ at: clock.now(), code: 'problem', details: { problem: 'view', message: String(error) } }),
  );
  await agent.start();
  views.begin();
  const again = () => {
    if (!isRunning) return;
    changed();
    clock.after(VIEW_AT_LEAST_EVERY_MS, again);
  };
  again();
  return {
    agent,
    show: () => views.now(),
    connectNow: () => void nudges.dispatchEvent(new Event('nudge')),
    async stop() {
      isRunning = false;
      await views.stop();
      await agent.stop();
    },
  };
}

function touchesPredictions(change: Change): boolean {
  return 'put' in change ? change.put.startsWith(STORED_PREDICTIONS) : false;
}
