import { z } from 'zod';
import type { LinkBudget } from '../link/link-budget.ts';
import type { AgentOptions } from '../options.ts';
import type { Ports } from '../ports/index.ts';
import type { Rooms } from '../rooms.ts';
import { stateOf } from '../state.ts';
import { readMended, stored } from '../store/json.ts';
import { DIAGNOSTICS } from '../store/keys.ts';
import { packWithin, sizeOf, type Bundle } from './pack.ts';
import type { RecentEvents } from './recent-events.ts';
import { redact } from './redact.ts';

/** Answers the diagnostics requests of the assignment. */
export interface Diagnostics {
  /**
   * Answers a request that was not answered yet, once the link may carry it. Resolves when the answer is durable.
   * @param settled what the link may carry has just been settled anew
   */
  look(settled?: boolean): Promise<void>;
}

const answeredRecord = z.strictObject({ answered: z.number().int().nonnegative() });
/** What all rows of one answer may take, unless the assignment says otherwise. */
const DEFAULT_LIMIT_BYTES = 256 * 1024;

export async function openDiagnostics(
  ports: Ports,
  rooms: Rooms,
  { profile, agentVersion, inspect }: Pick<AgentOptions, 'profile' | 'agentVersion' | 'inspect'>,
  { recent, admit }: { recent: RecentEvents; admit?: LinkBudget['admit'] },
): Promise<Diagnostics> {
  const { clock, store, host, inference } = ports;
  const { outbox, events, settings } = rooms;
  // Where the number cannot be read, one bundle too many is sent.
  let { answered } = (await readMended(store, DIAGNOSTICS, answeredRecord, () => undefined)) ?? { answered: 0 };
  let notBefore = -Infinity;
  let answering: Promise<void> | undefined;

  const sectionsNow = async (): Promise<Record<string, unknown>> => {
    const platform = await inspect?.().catch((error: unknown) => ({ failed: String(error) }));
    return {
      agent: { version: agentVersion, runtime: inference.runtime, profile: profile.id },
      state: stateOf(rooms),
      settings: settings(),
      left: {
        diskBytes: await host.freeDiskBytes(),
        memoryBytes: await host.freeMemoryBytes(),
        power: await host.power(),
      },
      ...platform,
    };
  };

  const answer = async (request: number) => {
    const sections = redact(await sectionsNow()) as Bundle['sections'];
    const bundle: Bundle = {
      v: 1,
      request,
      at: clock.now(),
      events: recent.all().map((event) => redact(event)),
      eventsLeftOut: 0,
      sections,
      sectionsLeftOut: [],
    };
    const rows = packWithin(bundle, settings().diagnosticsBytes ?? DEFAULT_LIMIT_BYTES);
    const sizeBytes = sizeOf(rows);
    const admission = admit?.(sizeBytes, 'telemetry');
    if (admission?.ok === false) {
      notBefore = admission.until;
      return;
    }
    // In one commit: a number is answered once, also across a power cut.
    await outbox.write({ rows, changes: [{ put: DIAGNOSTICS, value: stored({ answered: request }) }] });
    answered = request;
    events.record('diagnostics_answered', { request, parts: rows.length, bytes: sizeBytes });
  };

  return {
    async look(settled = false) {
      if (settled) notBefore = -Infinity;
      const { diagnosticsRequest: request = 0 } = settings();
      if (request <= answered || clock.now() < notBefore) return;
      answering ??= answer(request).finally(() => {
        answering = undefined;
      });
      await answering;
    },
  };
}
