import { loadDataset } from '../../datasets/index.ts';
import type { ReadDb } from '../../../platform/db/index.ts';
import { listModels } from '../../../supply/models/index.ts';
import { entriesOf } from '../../../sites/activities/index.ts';
import { decideTurn, YEAR_MS, type LineFacts, type TurnDecision } from '../decide/decide-turn.ts';
import { automationStop } from '../automation/switch.ts';
import { RetrainingError } from '../errors.ts';
import type { RetrainPolicy } from '../policy/policy.ts';
import { getRetrainPolicy } from '../policy/read.ts';
import { championOf, knownBeforeOf } from './champion.ts';
import type { ExamineDeps } from './examine.ts';
import { openTurn } from './record.ts';
import { listTurns, type Turn } from './turn.ts';

/** Looks at a line by its policy, and opens a turn where that says so. */
export async function lookAtLine(
  deps: ExamineDeps,
  actor: string,
  policy: RetrainPolicy,
): Promise<{ decision: TurnDecision; turn?: Turn }> {
  const facts = await factsOf(deps, policy);
  const decision = decideTurn(facts, policy);
  if (!decision.open) return { decision };
  const { champion } = facts;
  return {
    decision,
    turn: await openTurn(deps, actor, { policy, champion: champion.version, tries: triesAt(facts), decision }),
  };
}

/**
 * A person opens a turn: no trigger, no cool-down and no yearly budget, but a try like any other; the switch holds it up too.
 * @throws RetrainingError `retrain_policy_unknown`, `retrain_turn_open`, `automation_stopped`, `retrain_no_champion`
 */
export async function orderTurn(
  deps: Pick<ExamineDeps, 'database' | 'now'>,
  actor: string,
  line: string,
): Promise<Turn> {
  const { db } = deps.database;
  const { spec } = await getRetrainPolicy(db, line);
  const stop = await automationStop(db);
  if (stop !== undefined) {
    throw new RetrainingError('automation_stopped', `stopped by ${stop.actor}: ${stop.reason}`, {
      kind: 'conflict',
      field: 'automation',
      expected: stop.by === 'freeze' ? 'a fleet that is not frozen' : '`plumbline retrain resume` first',
    });
  }
  const champion = await championOf(db, line);
  const openedAt = (await listTurns(db, line)).map((turn) => turn.openedAt);
  return openTurn(deps, actor, {
    // A policy that is off still says how: a person sees what would come of it.
    policy: { ...spec, mode: spec.mode === 'off' ? 'examine' : spec.mode },
    champion: champion.version,
    tries: triesAt({ now: deps.now(), openedAt }),
    decision: { open: true, cause: 'person', sentence: `ordered by ${actor}`, findings: [] },
  });
}

/** This one counted. */
function triesAt({ now, openedAt }: Pick<LineFacts, 'now' | 'openedAt'>): number {
  return openedAt.filter((at) => now - at < YEAR_MS).length + 1;
}

async function factsOf(deps: ExamineDeps, { line, dataset }: RetrainPolicy): Promise<LineFacts> {
  const { db } = deps.database;
  const now = deps.now();
  const version = await championOf(db, line);
  const turns = await listTurns(db, line);
  const known = await knownTimes(deps, dataset, now);
  return {
    now,
    since: await firstMadeAt(db, line),
    champion: { version: version.version, knownBefore: knownBeforeOf(version) },
    findings: await deps.evidence.findings(line, version.version),
    holds: await deps.evidence.holds(line),
    answered: new Set(turns.flatMap(({ findings }) => findings)),
    openedAt: turns.map(({ openedAt }) => openedAt),
    answeredChange: answeredChangeOf(turns),
    retrainedAt: turns.filter(cameToAModel).map(({ openedAt }) => openedAt),
    labelsSince: (since) => known.filter((at) => at >= since).length,
  };
}

async function firstMadeAt(db: ReadDb, line: string): Promise<number> {
  return Math.min(...(await listModels(db, line)).map(({ createdAt }) => createdAt));
}

/** @param turns the newest first */
function answeredChangeOf(turns: readonly Turn[]): LineFacts['answeredChange'] {
  const [last] = turns;
  const at = turns.map(({ details }) => details['changeAt']).find((one) => typeof one === 'number');
  return last === undefined || at === undefined ? undefined : { at, lookedAt: last.openedAt };
}

/** One that nobody has given up; until it is in force it may still come to be. */
function cameToAModel({ candidate, state }: Turn): boolean {
  return candidate !== null && state !== 'stopped' && state !== 'failed';
}

/** When labels became known: of the base, and of activities that the sites recorded since. */
async function knownTimes(deps: ExamineDeps, reference: string, now: number): Promise<number[]> {
  const { examples } = await loadDataset(deps, reference);
  const own = new Set(examples.map(({ ref }) => ref));
  const times = new Map<string, number>();
  for (const { site, entry } of await entriesOf(deps.database.db, 'outcome')) {
    if (entry.field !== 'outcome' || own.has(entry.activity)) continue;
    const { observedAt } = entry.value;
    const key = `${site}\n${entry.activity}`;
    times.set(key, Math.min(times.get(key) ?? Infinity, observedAt));
  }
  return [...examples.map(({ knownAt }) => knownAt), ...times.values()].filter((at) => at < now);
}
