import { createVirtualClock } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { startWatchdog, type WatchdogDeps } from './watchdog.ts';

const WATCHDOG_MS = 90_000;

function watched(over: Partial<WatchdogDeps> = {}) {
  const clock = createVirtualClock();
  const sent: string[] = [];
  const problems: unknown[] = [];
  const deps: WatchdogDeps = {
    clock,
    notify: async (...states) => void sent.push(states.join(' ')),
    probe: async () => undefined,
    status: () => 'connected',
    onProblem: (error) => problems.push(error),
    ...over,
  };
  return { clock, sent, problems, start: (ms: number | undefined = WATCHDOG_MS) => startWatchdog(deps, ms) };
}

/** In steps, so that the promises between two timers come to their end. */
async function pass({ clock }: Pick<ReturnType<typeof watched>, 'clock'>, ms: number) {
  for (let passed = 0; passed < ms; passed += 10_000) await clock.advance(10_000);
}

describe('the watchdog of a service', () => {
  it('says that it is ready, pings three times in the time that is given, and says goodbye', async () => {
    const of = watched();
    const watchdog = of.start();
    await pass(of, WATCHDOG_MS);
    await watchdog[Symbol.asyncDispose]();
    await pass(of, WATCHDOG_MS);
    const ping = 'WATCHDOG=1 STATUS=connected';
    expect(of.sent).toEqual(['READY=1 STATUS=connected', ping, ping, ping, 'STOPPING=1']);
  });

  it('pings no more once the core is wedged, however long that takes', async () => {
    let probes = 0;
    const of = watched({ probe: () => ((probes += 1) > 1 ? new Promise(() => undefined) : Promise.resolve()) });
    of.start();
    await pass(of, 10 * WATCHDOG_MS);
    expect(of.sent.filter((one) => one.startsWith('WATCHDOG'))).toHaveLength(1);
    expect(probes).toBe(2);
  });

  it('skips a ping when the probe fails, tells why, and pings again when it works again', async () => {
    let probes = 0;
    const of = watched({ probe: () => ((probes += 1) === 1 ? Promise.reject(new Error('disk')) : Promise.resolve()) });
    of.start();
    await pass(of, WATCHDOG_MS);
    expect(of.problems).toEqual([new Error('disk')]);
    expect(of.sent.filter((one) => one.startsWith('WATCHDOG'))).toHaveLength(2);
  });

  it('goes on when a notification does not arrive', async () => {
    const of = watched({ notify: () => Promise.reject(new Error('no systemd-notify')) });
    const watchdog = of.start();
    await pass(of, WATCHDOG_MS);
    await watchdog[Symbol.asyncDispose]();
    expect(of.problems).toHaveLength(5);
  });

  it('only says ready where nobody watches', async () => {
    const of = watched();
    startWatchdog(
      {
        ...of,
        notify: async (...states) => void of.sent.push(...states),
        probe: async () => 0,
        status: () => '',
        onProblem: () => 0,
      },
      undefined,
    );
    await pass(of, WATCHDOG_MS);
    expect(of.sent).toEqual(['READY=1', 'STATUS=']);
  });
});
