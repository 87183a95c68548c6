import type { AgentState } from '@plumbline/agent';
import { deviceReport } from '@plumbline/shared/wire';
import { pageOf } from '../../../fleet-server/src/sites/activities/index.ts';
import { getDevice } from '../../../fleet-server/src/sites/devices/index.ts';
import { DEVICE, LINE, SITE } from '../../../agent/src/testing/mint.ts';
import type { FaultClass } from './classes.ts';
import type { Workload } from './workload.ts';
import type { World } from './world.ts';

type LineState = AgentState['lines'][number];

/** Bytes that came damaged three times are not asked for a fourth time for the same order. */
const DAMAGE_REASONS = ['bad_hash', 'bad_length', 'bundle_malformed'];

/** What keeps a healed world from being done: undefined when device and server agree, and with what was ordered. */
export async function whyNotConverged(world: World, workload: Workload, of: FaultClass): Promise<string | undefined> {
  const { device, server } = world;
  const agent = device.agent();
  if (agent === undefined) return 'the agent does not run';
  if (!server.isUp()) return 'the server does not run';
  const state = agent.state();
  if (!state.connected) return 'not connected';
  const ordered = workload.ordered();
  if (ordered === undefined || workload.orderedSeq() === 0) return 'nothing was ordered';
  if (state.assignmentSeq !== workload.orderedSeq()) {
    return `assignment ${state.assignmentSeq} is obeyed, ${workload.orderedSeq()} was ordered`;
  }
  const line = state.lines.find((one) => one.line === LINE);
  if (line === undefined) return 'no model line';
  return (
    whyWrongLine(line, workload, of) ??
    whyWaiting(state) ??
    (await whyReportWrong(world, state, line)) ??
    (await whySiteBehind(world, state))
  );
}

function whyWrongLine(line: LineState, workload: Workload, of: FaultClass): string | undefined {
  const { ending, name, assigned } = workload.ordered() ?? {};
  const is = `${name} is ${line.state} (${line.reason ?? '-'}: ${line.detail ?? ''})`;
  if (line.target?.sha256 !== assigned?.sha256) return `${is}, and aims at another`;
  if (line.running === undefined && workload.hasCommitted()) return `${is}, and nothing runs`;
  if (line.state === 'refused' && of.damagesBytes === true && DAMAGE_REASONS.includes(line.reason ?? ''))
    return undefined;
  // The first of all installs was still under way when a broken one was ordered: then nothing has to run.
  if (ending?.state !== line.state) return is;
  if (ending?.state === 'committed') {
    return line.running?.sha256 === assigned?.sha256 && line.running?.counter === assigned?.releaseCounter
      ? undefined
      : `${is}, and runs another`;
  }
  if (line.running?.sha256 === assigned?.sha256) return `${is}, and runs all the same`;
  return line.reason !== undefined && ending?.reasons.includes(line.reason) ? undefined : is;
}

function whyWaiting({ outbox }: AgentState): string | undefined {
  const waiting = Object.entries(outbox).filter(([, counts]) => counts.waiting > 0);
  if (waiting.length === 0) return undefined;
  return `rows wait: ${waiting.map(([name, { waiting: rows, acked }]) => `${name} ${rows} after ${acked}`).join(', ')}`;
}

/** The server has been told what really runs. */
async function whyReportWrong({ server }: World, state: AgentState, line: LineState): Promise<string | undefined> {
  const { report } = await getDevice(server.database.db, DEVICE);
  const parsed = deviceReport.safeParse(report);
  if (!parsed.success) return 'the server has no report';
  const told = parsed.data.models.find(({ model }) => model === LINE);
  if (parsed.data.assignmentSeq !== state.assignmentSeq) return `the report obeys ${parsed.data.assignmentSeq}`;
  if (told?.state !== line.state) return `the report says ${told?.state}, the device is ${line.state}`;
  return told.running?.sha256 === line.running?.sha256 ? undefined : 'the report says that another model runs';
}

/** Everything head office wrote has reached the device. */
async function whySiteBehind({ server }: World, state: AgentState): Promise<string | undefined> {
  const { cursor } = await pageOf(server.database.db, SITE, 0, 1_000_000);
  return state.siteCursor === cursor ? undefined : `the site log is at ${cursor}, the device at ${state.siteCursor}`;
}
