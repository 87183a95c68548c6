import { getModel } from '../../../supply/models/index.ts';
import {
  listTurns,
  putRetrainPolicy,
  type Turn,
  type WrittenRetrainPolicy,
} from '../../../learning/retraining/index.ts';
import { iso } from '../plan-replay.ts';
import { eventually, type Stage } from '../stage.ts';
import { awaitApproval, rollOut } from './rollout.ts';

const EXAMINED_MS = 180_000;

/** What the loop of this line may do by itself: everything up to the second signature. */
export async function putLoop({ server, line, plan, options, teller }: Stage): Promise<void> {
  const policy: WrittenRetrainPolicy = {
    line,
    dataset: `${plan.history.name}@${plan.history.version}`,
    mode: 'release',
    on: {
      drift: { kinds: ['covariate', 'score', 'label', 'concept', 'sequence'] },
      loss: { estimated: true, realised: true },
      newLabels: 800,
    },
    coolDownDays: 90,
    retrainingsPerYear: 2,
    minimumLabels: 150,
    windows: ['all', 'since-change'],
    search: { workers: 2 },
    seed: options.seed,
  };
  await putRetrainPolicy(server.fleet, 'user:operator', policy);
  teller.line(
    'the loop may retrain on drift and on loss, and looks for a better model every 800 outcomes; the approver process signs',
  );
}

/**
 * Lets the server look, and follows what its loop has begun until that waits for nobody any more. What it may not do by
 * itself is done as an operator would: the rollout of what was signed. @returns the version in force
 */
export async function followLoop(stage: Stage, inForce: string): Promise<string> {
  const { server, line, teller } = stage;
  const { db } = server.fleet.database;
  const told = new Set(teller.report.retrainings.map((one) => one['turn']));
  await server.advance();
  const [turn] = (await listTurns(db, line)).filter(({ id }) => !told.has(id));
  if (turn === undefined) return inForce;
  teller.line(`${iso(stage.clock.now())} a turn opens (${turn.cause}): ${turn.sentence}`);
  const isExamined = async () => (await newest(stage, turn)).state !== 'examining';
  teller.claim(`turn ${turn.id} came to an end of its examination`, await eventually(isExamined, EXAMINED_MS));
  const examined = await newest(stage, turn);
  teller.line(`champion ${inForce} against a candidate: ${examined.says} → ${examined.state}`);
  const { candidate } = examined;
  const signed = candidate !== null && (await sign(stage, candidate));
  await server.advance();
  const completed = signed && (await rollOut(stage, candidate));
  if (candidate !== null) teller.claim(`the rollout of ${candidate} completed on every device`, completed);
  const { state, says, details } = await newest(stage, turn);
  teller.report.retrainings.push({
    at: iso(turn.openedAt),
    turn: turn.id,
    cause: turn.cause,
    trigger: turn.sentence,
    state,
    says,
    details,
    release: candidate ?? undefined,
  });
  return completed ? candidate : inForce;
}

async function newest({ server, line }: Stage, { id }: Turn): Promise<Turn> {
  const turns = await listTurns(server.fleet.database.db, line);
  const found = turns.find((one) => one.id === id);
  if (found === undefined) throw new Error(`turn ${id} is gone`);
  return found;
}

async function sign(stage: Stage, version: string): Promise<boolean> {
  const approved = await awaitApproval(stage, version);
  const release = await getModel(stage.server.fleet.database.db, stage.line, version);
  stage.teller.line(
    `${stage.line}@${version}: ${approved ? 'signed by the approver process' : 'not signed'}; ${release.variants[0]?.payloads[0]?.length} bytes on the wire`,
  );
  return approved;
}
