import { countTelemetry } from '../../../insight/telemetry/index.ts';
import { liveUntil } from './live.ts';
import { drained, waiting } from './sites.ts';
import type { Stage } from '../stage.ts';

const DRAIN_MS = 120_000;

/**
 * The broker goes away; sites go on for a while, and one gateway loses its power in the middle of it and comes back
 * without a network. Then the broker returns.
 */
export async function surviveOutage(stage: Stage, until: number): Promise<void> {
  const { teller, server } = stage;
  const { db } = server.fleet.database;
  await drained(stage, DRAIN_MS);
  const before = await countTelemetry(db);
  await server.cutBroker();
  teller.line('the broker is gone; the sites go on');
  const middle = Math.round((stage.clock.now() + until) / 2);
  const first = await liveUntil(stage, middle);
  const [victim] = stage.agents;
  if (victim !== undefined) {
    await victim.kill();
    await victim.start(stage.clock.now());
    teller.line(`${victim.device} was killed (SIGKILL) and started again from its disk, without a network`);
  }
  const second = await liveUntil(stage, until);
  const buffered = await waiting(stage);
  teller.line(
    `${first.predictions + second.predictions} predictions and ${first.outcomes + second.outcomes} outcomes while cut off; ${buffered} rows buffered`,
  );
  await server.restoreBroker();
  await server.mqtt.republish();
  const began = performance.now();
  const empty = await drained(stage, DRAIN_MS);
  const after = await countTelemetry(db);
  const delivered = after.rows - before.rows + after.gapped - before.gapped;
  teller.line(
    `the broker is back: ${delivered} rows delivered in ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  Object.assign(teller.report.telemetry, { buffered, delivered });
  teller.claim('every buffer is empty after the outage', empty);
  teller.claim('at least what was buffered was delivered', delivered >= buffered);
  teller.step('outage', 'done');
}
