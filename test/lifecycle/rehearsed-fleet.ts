import { join } from 'node:path';
import { createProcessTrial } from '@plumbline/agent/node';
import type { ModelTrial } from '@plumbline/shared/predict';
import {
  presetScenario,
  rehearse,
  type RehearsalMaterial,
  type RehearsalReport,
} from '../../fleet-server/src/delivery/rehearsal/index.ts';
import type { Decision, GateResult, Member, Rollout } from '../../fleet-server/src/delivery/rollouts/index.ts';
import { attachRehearsal } from '../../fleet-server/src/entry/cli/rehearsal/attach.ts';
import {
  intakeModel,
  optimizeModel,
  parseMapping,
  submitForApproval,
} from '../../fleet-server/src/supply/models/index.ts';
import {
  bundleProgram,
  createFleet,
  createOperator,
  enrol,
  eventually,
  startProgram,
  tinyModel,
  type Program,
  type TestFleet,
} from '../harness/index.ts';

/** Agents that start at the same time: more of them only wait for each other. */
const AT_ONCE = 3;
/** More than a shadow run needs to be believed. */
const RECORDS = 60;
const PATIENCE = { withinMs: 240_000, turnMs: 100 };
const LINE = 'delay';
/** By so much the golden rows of a bad release lie beside what the model says. */
const OFF = 0.25;

const CANARY = { name: 'canary', size: { percent: 25 }, soak: '1s' };
const EVERYBODY = { name: 'everybody', size: { percent: 100 } };
/** A canary of two devices has to be enough. */
const COMPARED = { shift: { atMost: 0.05, ofDevices: 0.02 } };
const planOf = (version: string, { gates = {}, ...plan }: { stages: object[]; gates?: object; seed?: number }) => ({
  line: LINE,
  version,
  ...plan,
  gates: { confidence: 0.95, minimum: 2, ...gates },
  settings: { proveRecords: 1, proveTimeoutMs: 60_000 },
});

/** What the world and its rehearsal are compared by. */
export interface Ending {
  verdict: string;
  stage: string;
  exposedDevices: number;
  metric: string | null;
}

export type Candidate = 'good' | 'off-golden' | 'shifted';

export interface RehearsedFleet extends AsyncDisposable {
  /** Publishes such a candidate, rehearses its rollout, and then plays it on the real agents. */
  play(candidate: Candidate): Promise<{ rehearsed: RehearsalReport; real: Ending; sentence: string }>;
}

/**
 * A server in this process and agents in processes of their own, which run 1.0.0. A quarter of them is the canary; how many
 * is compared, not who: the rehearsal draws by names of its own.
 */
export async function createRehearsedFleet(options: { agents: number; seed: number }): Promise<RehearsedFleet> {
  const fleet = await createFleet({ lines: [LINE] });
  const compiled = join(fleet.folder, 'compiled');
  const main = await bundleProgram('plumbline-agent', { folder: fleet.folder, compiled });
  const agents: { program: Program; url: string }[] = [];
  const names = Array.from({ length: options.agents }, (_, i) => `gateway-${i + 1}`);
  const startOne = async (name: string) => {
    const folder = join(fleet.folder, name);
    await enrol(folder, await fleet.code(name));
    const args = ['--json', '--state', folder, 'run', '--port', '0', '--first-delay-ms', '50', '--development'];
    const program = await startProgram('plumbline-agent', args, { compiled, main });
    agents.push({ program, url: (program.ready as { listening: string }).listening });
  };
  for (let from = 0; from < names.length; from += AT_ONCE) {
    await Promise.all(names.slice(from, from + AT_ONCE).map(startOne));
  }

  /** Every agent is asked as often; those without a model refuse, which is what they should do. */
  const ask = async (count: number) => {
    const records = Array.from({ length: count }, (_, i) => ({ values: { a: i / count, b: (i * 7) % 5 }, asOf: i }));
    const body = JSON.stringify({ records });
    await Promise.all(agents.map(({ url }) => fetch(`${url}/v1/predict`, { method: 'POST', body })));
  };
  const get = (id: string) =>
    fleet.client.get<Rollout & { members: Member[]; decisions: Decision[] }>(`/api/v1/rollouts/${id}`);
  const create = async (plan: object) => (await fleet.client.post<{ id: string }>('/api/v1/rollouts', plan)).id;
  const runUntilEnded = async (id: string) => {
    await fleet.client.post(`/api/v1/rollouts/${id}/start`, {});
    return eventually(
      `rollout ${id} has ended`,
      async () => {
        await ask(1);
        await fleet.server.advance();
        const { state } = await get(id);
        if (!['completed', 'paused'].includes(state.status)) throw new Error(JSON.stringify(state));
        return state;
      },
      PATIENCE,
    );
  };

  await fleet.publish(tinyModel(LINE, 0));
  await runUntilEnded(await create(planOf('1.0.0', { stages: [EVERYBODY] })));
  await ask(RECORDS);

  return {
    async play(candidate) {
      const version = await PUBLISH[candidate](fleet);
      const id = await create(planOf(version, { stages: [CANARY, EVERYBODY], gates: COMPARED, seed: options.seed }));
      const material = await fleet.client.post<RehearsalMaterial>('/api/v1/rehearsals/material', { rollout: id });
      const { agents: devices, seed } = options;
      const scenario = presetScenario(candidate);
      const rehearsed = await rehearse({ attach: attachRehearsal }, { ...material, scenario, devices, seed });
      const state = await runUntilEnded(id);
      const { plan, members, decisions } = await get(id);
      const last = decisions.findLast(({ verdict }) => verdict === 'pass' || verdict === 'fail');
      const results = (last?.numbers['results'] ?? []) as GateResult[];
      if (state.status === 'paused') await fleet.client.post(`/api/v1/rollouts/${id}/stop`, { reason: 'seen enough' });
      return {
        rehearsed,
        real: {
          verdict: state.status,
          stage: plan.stages[state.stage]?.name ?? '',
          exposedDevices: members.filter(({ assignedAt }) => assignedAt !== null).length,
          metric: results.find(({ verdict }) => verdict === last?.verdict)?.gate ?? null,
        },
        sentence: last?.sentence ?? '',
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(agents.map(({ program }) => program.end('SIGTERM')));
      await fleet[Symbol.asyncDispose]();
    },
  };
}

const PUBLISH: Record<Candidate, (fleet: TestFleet) => Promise<string>> = {
  good: (fleet) => fleet.publish(tinyModel(LINE, 0.02)),
  'off-golden': publishOffGolden,
  shifted: (fleet) => fleet.publish(tinyModel(LINE, 1.5)),
};

/** What comes out of a house whose runtime computes otherwise than the devices do: builder and approver agree, nobody else. */
async function publishOffGolden({ server, client, stateDir }: TestFleet): Promise<string> {
  const { mapping, bytes } = tinyModel(LINE, 0.04);
  const { golden: _, profiles: __, ...meaning } = parseMapping(mapping);
  const accepted = await intakeModel(server.fleet, { ...meaning, bytes, card: { origin: 'imported' } }, Date.now());
  const optimized = await optimizeModel(server.fleet, accepted);
  const variants = optimized.variants.map((variant) => {
    const rows = variant.golden.rows.map((row) => ({ ...row, score: row.score + OFF }));
    return { ...variant, golden: { ...variant.golden, rows } };
  });
  const { version } = await submitForApproval(server.fleet, 'user:operator', { ...optimized, variants });
  const trial = createProcessTrial();
  const elsewhere: ModelTrial = {
    async run(job) {
      const result = await trial.run(job);
      // The release before it, which the approver looks at too, was made elsewhere.
      const isOurs = variants.some((variant) => Buffer.compare(variant.bytes, job.model) === 0);
      return result.ok && isOurs ? { ...result, scores: result.scores.map((score) => score + OFF) } : result;
    },
    close: () => trial.close(),
  };
  const refused = (await createOperator(client, stateDir, elsewhere).approve()).filter(({ signed }) => !signed);
  await elsewhere.close();
  if (refused.length > 0) throw new Error(JSON.stringify(refused));
  return version;
}
