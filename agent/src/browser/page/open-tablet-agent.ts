import type { DeviceSettings } from '@plumbline/shared/trust';
import type { AgentTiming } from '../../options.ts';
import type { AgentPhase, TabletAgent } from '../door/tablet-agent.ts';
import { TabletError } from '../errors.ts';
import { originStorage } from '../platform/origin-storage.ts';
import { follow } from '../tabs/follow.ts';
import { lead, type Leading } from '../tabs/lead.ts';
import { CHANNEL, LEADER_LOCK, type TabMessage } from '../tabs/tab-messages.ts';
import type { Answer, LifeNames, Question } from '../worker/messages.ts';
import { createPendingCalls } from '../worker/pending-calls.ts';
import { capabilitiesOf } from './capabilities.ts';
import { enrolledMark } from './enrolled-mark.ts';
import { watchLife } from './life-mark.ts';
import { profileHere } from './profile-here.ts';
import { factsNow } from './watch-facts.ts';
import type { WorkerHost } from './keep-alive.ts';
import { hostWorker } from './worker-host.ts';

export interface TabletAgentOptions {
  /** Firmware profile that an enrolment asks for; by default the class this browser looks like. */
  profile?: string;
  /** For demonstrations and tests, where nobody waits a minute. */
  timing?: Partial<AgentTiming>;
  settings?: DeviceSettings;
}

/**
 * Starts the agent of this browser, or follows the tab that runs it; answers at once. A tab that follows takes over when
 * the other one goes. What needs missing parts of the browser fails as `browser_unfit`.
 */
export function openTabletAgent(options: TabletAgentOptions = {}): TabletAgent {
  const listeners = new Set<(phase: AgentPhase) => void>();
  const tab = crypto.randomUUID();
  const closing = Promise.withResolvers<void>();
  const giveUp = new AbortController();
  let phase: AgentPhase = { phase: 'starting', waitsFor: 'turn' };
  let leading: { host: WorkerHost; others: Leading } | undefined;
  let unfit: TabletError | undefined;
  let count = 0;

  const setPhase = (next: AgentPhase) => {
    phase = next;
    if (next.phase === 'running') enrolledMark.set();
    if (next.phase === 'not-enrolled' && next.because === 'retired') enrolledMark.clear();
    for (const listener of listeners) listener(next);
  };
  const channel = new BroadcastChannel(CHANNEL);
  const post = (message: TabMessage) => channel.postMessage(message);
  const calls = createPendingCalls(
    (question) => (leading === undefined ? following.send(question) : leading.host.send(question)),
    () => `${tab}/${(count += 1)}`,
  );
  const following = follow({ post, onPhase: setPhase, onAnswer: calls.take, onLeader: calls.sendAgain });
  channel.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
    if (leading === undefined) following.take(data);
    else leading.others.take(data);
  });

  const startOptions = (profile: string, life: LifeNames) => ({
    profile,
    wasEnrolled: enrolledMark.isSet(),
    life,
    facts: factsNow(),
    ...(options.timing && { timing: options.timing }),
    ...(options.settings && { settings: options.settings }),
  });
  const takeLead = async () => {
    const profile = options.profile ?? (await profileHere());
    following.end();
    const life = watchLife();
    const others = lead(post, (question: Question) => host.send(question));
    const host = hostWorker(() => startOptions(profile, life.begin()), {
      onPhase(next) {
        setPhase(next);
        others.phase(next);
      },
      onAnswer(answer: Answer) {
        if (answer.id.startsWith(tab)) calls.take(answer);
        else others.answer(answer);
      },
    });
    leading = { host, others };
    calls.sendAgain();
    await closing.promise;
    await host.close();
    life.stop();
  };
  const begin = async () => {
    const { missing } = await capabilitiesOf();
    if (missing.length > 0) {
      const detail = missing.join(', ');
      unfit = new TabletError('browser_unfit', `this browser lacks: ${detail}`, { kind: 'refused', field: 'browser' });
      setPhase({ phase: 'failed', code: 'browser_unfit', detail });
      return calls.fail(unfit);
    }
    post({ type: 'hello' });
    await navigator.locks.request(LEADER_LOCK, { signal: giveUp.signal }, takeLead);
  };
  const done = begin().catch(() => undefined);
  const ask: typeof calls.ask = (...asked) => (unfit === undefined ? calls.ask(...asked) : Promise.reject(unfit));

  return {
    subscribe(listener) {
      listeners.add(listener);
      listener(phase);
      return () => void listeners.delete(listener);
    },
    enrol: (code, onPending) => ask('enrol', [code], onPending),
    // Named here, so that one that is asked twice, of two leaders, is recorded once.
    record: (entry) => ask('record', [{ ...entry, ref: entry.ref ?? crypto.randomUUID() }]),
    whatIf: (activity, values) => ask('whatIf', [activity, values]),
    exportUnsent: () => ask('exportUnsent', []),
    refresh: () => ask('refresh', []),
    async askToPersist() {
      const isKept = (await originStorage()?.persist()) ?? false;
      await ask('refresh', []).catch(() => undefined);
      return isKept;
    },
    async close() {
      giveUp.abort();
      closing.resolve();
      await done;
      following.end();
      channel.close();
      calls.fail(new TabletError('closed', 'this page was closed', { kind: 'unavailable' }));
    },
  };
}
