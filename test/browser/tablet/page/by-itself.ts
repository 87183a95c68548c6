import { capabilitiesOf, openTabletAgent } from '../../../../agent/src/browser/index.ts';
import type { AgentPhase } from '../../../../agent/src/browser/door/tablet-agent.ts';

/**
 * Two lives of a tablet in a browser that nobody drives: the page does what a person would, asks the test for the rest,
 * and tells it what it sees. The first life ends by force, in the middle of recording.
 */
const inNode = async (name: string, body: unknown = {}) => {
  const response = await fetch(`/${name}`, { method: 'POST', body: JSON.stringify(body) });
  return response.json();
};
const agent = openTabletAgent({
  timing: { firstDelayMs: 20, maxDelayMs: 200, ackTimeoutMs: 2000, blockTimeoutMs: 2000, reportDelayMs: 10 },
  settings: { proveRecords: 1, proveTimeoutMs: 60_000 },
});
const until = (is: (phase: AgentPhase) => boolean) => {
  const { promise, resolve } = Promise.withResolvers<AgentPhase>();
  agent.subscribe((phase) => {
    last = phase;
    if (phase.phase === 'failed') void inNode('trouble', phase);
    if (is(phase)) resolve(phase);
  });
  return promise;
};
let last: AgentPhase | undefined;
const viewOf = (phase: AgentPhase) => ('view' in phase ? phase.view : undefined);
const runs = (phase: AgentPhase) => viewOf(phase)?.lines.some(({ running }) => running !== undefined) === true;

/** The same rows as the gateway beside it is asked. */
const answers = async () => {
  const rows = (await inNode('rows')) as Record<string, number>[];
  const said = await Promise.all(rows.map((values) => agent.whatIf('pour slab', values)));
  return said.map(([one]) => ({ score: one?.score, reasons: one?.reasons?.map(({ feature }) => feature) }));
};

async function firstLife(): Promise<void> {
  await inNode('capabilities', await capabilitiesOf());
  await until(({ phase }) => phase === 'not-enrolled');
  await inNode('enrolled', await agent.enrol(((await inNode('code')) as { code: string }).code));
  await until(runs);
  await inNode('answers', await answers());
  await inNode('cut');
  for (let n = 0; ; n += 1) {
    const ref = `entry-${n}`;
    await agent.record({
      activity: `pour ${n}`,
      actor: 'ada',
      field: 'outcome',
      value: { label: n % 2 === 0 ? 0 : 1 },
      ref,
    });
    // The test ends this browser at one of these.
    await inNode('kept', { ref });
  }
}

async function secondLife(): Promise<void> {
  const offline = viewOf(await until(runs));
  await inNode('again', { device: offline?.device, connected: offline?.connected, unsent: offline?.unsent.entries });
  await inNode('answers', await answers());
  await inNode('restore');
  await until((phase) => viewOf(phase)?.connected === true && viewOf(phase)?.unsent.entries === 0);
  await inNode('delivered');
}

setInterval(() => void inNode('phase', last), 1000);
await (location.hash === '#again' ? secondLife() : firstLife()).catch((error: unknown) =>
  inNode('failed', { error: `${String(error)} ${error instanceof Error ? (error.stack ?? '') : ''}` }),
);
