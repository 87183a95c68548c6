import { getAssignment, getDevice } from '../../sites/devices/index.ts';
import type { RolloutDeps } from './read.ts';
import { evaluateGate, type GateInput, type GateVerdict } from './evaluate.ts';
import { moveRollout } from './move.ts';
import { getRollout, listMembers, listRollouts, type Rollout } from './read.ts';

/** Looks at every running rollout once: asks its gate, and lets time pass in its soak. */
export async function advanceRollouts(deps: RolloutDeps): Promise<void> {
  for (const rollout of await listRollouts(deps.database.db)) {
    if (rollout.state.status === 'running') await advanceRollout(deps, rollout.id);
  }
}

/** One look at one rollout. @returns what its gate said, for whoever watches. */
export async function advanceRollout(deps: RolloutDeps, id: string): Promise<GateVerdict> {
  const rollout = await getRollout(deps.database.db, id);
  const verdict = await askGate(deps, rollout);
  const at = deps.now();
  const { verdict: answer, sentence, numbers } = verdict;
  const moved = await moveRollout(deps, 'system', id, {
    input: { type: 'gate', verdict: answer, sentence, at },
    numbers: { ...numbers },
  });
  const current = moved ?? rollout;
  const soaked = current.state.stageStatus === 'soaking' && at - current.state.since >= soakOf(current);
  if (soaked) await moveRollout(deps, 'system', id, { input: { type: 'soaked', at } });
  return verdict;
}

/** A stage passes by its own devices, and fails by those of every stage that has opened. */
async function askGate(deps: RolloutDeps, rollout: Rollout): Promise<GateVerdict> {
  const members = await listMembers(deps.database.db, rollout.id);
  const all = evaluateGate(await gateInput(deps, rollout, members), gateOf(rollout));
  if (all.verdict === 'fail') return all;
  const own = members.filter((one) => one.stage === rollout.state.stage);
  // In a small fleet a stage may find everybody it wanted in the stages before it.
  return own.length === 0 ? all : evaluateGate(await gateInput(deps, rollout, own), gateOf(rollout));
}

async function gateInput(
  deps: RolloutDeps,
  rollout: Rollout,
  members: Awaited<ReturnType<typeof listMembers>>,
): Promise<GateInput> {
  const devices = [];
  for (const member of members) {
    const device = await getDevice(deps.database.db, member.device);
    devices.push({
      device: member.device,
      assignmentSeq: member.assignmentSeq,
      sha256: (await getAssignment(deps.database.db, member.device, member.assignmentSeq))?.sha256 ?? '',
      assignedAt: member.assignedAt,
      lastSeenAt: device.lastSeenAt,
      report: device.report,
    });
  }
  return { line: rollout.line, devices };
}

function gateOf(rollout: Rollout) {
  return rollout.plan.stages[rollout.state.stage]?.gate ?? rollout.plan.gate;
}

function soakOf(rollout: Rollout): number {
  return rollout.plan.stages[rollout.state.stage]?.soakMs ?? 0;
}
