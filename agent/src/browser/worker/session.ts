import { codeOf, messageOf } from '@plumbline/shared/errors';
import { AgentError, finishWipe, readIdentity } from '../../index.ts';
import { RUNNING } from '../../store/keys.ts';
import { LEFT, LIFE } from '../view/page-shelf.ts';
import { readFrom, writeTo } from '../storage/database.ts';
import type { AgentPhase } from '../door/tablet-agent.ts';
import type { PageFacts } from '../platform/page-facts.ts';
import { exportUnsent } from '../storage/unsent-rows.ts';
import { openBrowserPorts, type BrowserPorts } from './browser-ports.ts';
import { enrolTablet } from './enrol-tablet.ts';
import { eraseTablet } from '../platform/erase-tablet.ts';
import type { Calls, LifeNames, StartOptions } from './messages.ts';
import { runAgent, type RunningAgent } from './run-agent.ts';
import { AGENT_VERSION } from './version.ts';
import { whatIf } from './what-if.ts';

/** What the calls of a page do here; `enrol` also tells the fingerprint that a person compares. */
export interface Session {
  enrol(code: string, onPending: (fingerprint: string) => void): Promise<Calls['enrol']['answer']>;
  record(...args: Calls['record']['args']): Promise<Calls['record']['answer']>;
  whatIf(...args: Calls['whatIf']['args']): Promise<Calls['whatIf']['answer']>;
  exportUnsent(): Promise<Blob>;
  refresh(): Promise<void>;
  facts(facts: PageFacts): void;
  stop(): Promise<void>;
}

/** One life of the agent in this worker: opens the storage, and runs the core once the tablet has an identity. */
export async function openSession(options: StartOptions, tell: (phase: AgentPhase) => void): Promise<Session> {
  let { facts } = options;
  tell({ phase: 'starting', waitsFor: 'storage' });
  const opened = await openBrowserPorts(() => facts);
  let running: RunningAgent | undefined;

  const start = async (): Promise<void> => {
    const identity = await readIdentity(opened.ports.store);
    if (identity === undefined) {
      tell({ phase: 'not-enrolled', because: await whyNot(options.wasEnrolled, opened) });
      return;
    }
    const retired = (error?: unknown) => {
      running = undefined;
      if (error === undefined) tell({ phase: 'not-enrolled', because: 'retired' });
      else tell({ phase: 'failed', code: codeOf(error), detail: messageOf(error) });
    };
    running = await runAgent(opened, identity, options, {
      view: (view) => tell({ phase: 'running', view }),
      retired,
      installed: () => facts.installed,
    });
    await running.show();
  };
  const agent = () => {
    if (running !== undefined) return running.agent;
    const expected = 'an enrolment code, once';
    throw new AgentError('not_enrolled', 'this tablet has no identity yet', { kind: 'conflict', expected });
  };

  await beginLife(opened, options.life);
  const wiped = await finishWipe(opened.ports, () => eraseTablet(opened.database));
  if (wiped) tell({ phase: 'not-enrolled', because: 'retired' });
  else {
    tell({ phase: 'starting', waitsFor: 'model' });
    await start();
  }

  return {
    async enrol(code, onPending) {
      const asked = { code, onPending, profile: options.profile, agentVersion: AGENT_VERSION };
      const { site, device } = await enrolTablet(opened, asked);
      await start();
      return { site, device };
    },
    async record(entry) {
      const recorded = await agent().recordEntry(entry);
      // Durable already: nobody waits for the picture of it.
      void running?.show();
      return recorded;
    },
    whatIf: async (activity, values) => whatIf(agent(), opened.clock.now(), activity, values),
    async exportUnsent() {
      if (running !== undefined) await running.agent.flush().catch(() => undefined);
      return exportUnsent(opened.ports.store);
    },
    async refresh() {
      opened.clock.wake();
      running?.connectNow();
      await agent().tick();
      await agent().lookForNews();
      await agent().flush();
      await running?.show();
    },
    facts(next) {
      const isBack = (next.visible && !facts.visible) || (next.online && !facts.online);
      facts = next;
      if (!isBack) return;
      // The device may have slept, or come up from a basement.
      opened.clock.wake();
      running?.connectNow();
    },
    async stop() {
      await running?.stop();
      await opened[Symbol.asyncDispose]();
    },
  };
}

/** A worker ends with its page and has no time to say so; counted as a crash, three reloads would roll a model back. */
async function beginLife({ database, ports }: BrowserPorts, { now, quiet }: LifeNames): Promise<void> {
  const before = await readFrom(database.main, 'page', LIFE);
  if (quiet !== undefined && quiet === before) await ports.store.commit([{ remove: RUNNING }]);
  await writeTo(database.main, 'page', { [LIFE]: now });
}

/** An identity that was here and is gone: the page remembers, or models lie there that nobody has a name for. */
async function whyNot(wasEnrolled: boolean, { database, hasFiles }: BrowserPorts): Promise<'never' | 'storage_lost'> {
  // What the page remembers may be older than this: it reaches the disk when it likes.
  if ((await readFrom(database.main, 'page', LEFT)) === true) return 'never';
  return wasEnrolled || (await hasFiles()) ? 'storage_lost' : 'never';
}
