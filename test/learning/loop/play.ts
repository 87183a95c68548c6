import type { Finding, Hold } from '../../../shared/src/drift/index.ts';
import { addMetadataSignatures, lineRole } from '../../../shared/src/trust/index.ts';
import { referenceOf } from '../../../fleet-server/src/insight/drift/reference.ts';
import {
  labelsKnownBefore,
  registerDataset,
  type Dataset,
  type Example,
} from '../../../fleet-server/src/learning/datasets/index.ts';
import { recordOf } from '../../../fleet-server/src/learning/pipelines/index.ts';
import {
  championOf,
  createRetrainer,
  listTurns,
  putRetrainPolicy,
  scoresOfTrained,
  scoresOfVersion,
  type Retrainer,
  type Turn,
  type WrittenRetrainPolicy,
} from '../../../fleet-server/src/learning/retraining/index.ts';
import { train, type TrainOptions } from '../../../fleet-server/src/learning/training/index.ts';
import { approveModel, getModel, pendingApprovals } from '../../../fleet-server/src/supply/models/index.ts';
import { openRooms, type Rooms } from '../rooms.ts';
import { withExamples } from '../shuffle.ts';
import { watchVersion, type Watch } from './watch.ts';

export interface Played {
  /** Rows that fell due from the beginning on, with the score of the model in force on the day they started. */
  rows: { example: Example; frozen: number; yearly: number; loop: number }[];
  findings: Finding[];
  turns: Turn[];
  /** Versions that the loop put in force, by when. */
  released: { at: number; version: string }[];
  /** Times the yearly arm was trained. */
  years: number;
}

export interface PlayOptions {
  from: number;
  to: number;
  training: TrainOptions;
  policy: Omit<WrittenRetrainPolicy, 'line' | 'dataset'>;
  /** Faults of the data that the server has found by then. */
  holds?: (now: number) => Hold[];
  /** Leaves out the arm that is trained every year. */
  withoutYearly?: boolean;
}

const LINE = 'delay';

/** Nothing may go wrong quietly here. */
const fail = (about: object, says: string) => {
  throw new Error(`${says}: ${JSON.stringify(about)}`);
};
export const FAILING = { warn: fail, error: fail } as never;

/**
 * Lets years pass by quarters, in one process and by the server's own verbs: looks at what started and at what fell due,
 * asks the policy, examines, releases, approves. Beside it a model that is never trained again, and one that is every year.
 */
export async function playLoop(dataset: Dataset, options: PlayOptions): Promise<Played> {
  const { from, to, training, policy } = options;
  await using rooms = await openRooms(from);
  const known = (at: number) => withExamples(dataset, labelsKnownBefore(dataset, at));
  const first = await rooms.register(LINE, known(from), await train(known(from), training));
  await registerDataset(rooms, 'user:test', dataset);
  await putRetrainPolicy(rooms, 'user:test', { line: LINE, dataset: `${dataset.name}@${dataset.version}`, ...policy });
  const future = dataset.examples.filter(({ startAt, dueAt }) => startAt >= from || dueAt >= from);
  const scored = new Map<string, Map<string, number>>();
  const scoresBy = async (version: string) => {
    const kept = scored.get(version);
    if (kept !== undefined) return kept;
    const scores = await scoresOfVersion(rooms, await getModel(rooms.database.db, LINE, version), future.map(recordOf));
    const own = new Map(future.map(({ ref }, i) => [ref, scores[i] ?? Number.NaN]));
    scored.set(version, own);
    return own;
  };
  const found: Finding[] = [];
  const holds = options.holds ?? (() => []);
  const evidence = {
    findings: async (_line: string, version: string) => found.filter((one) => one.version === version),
    holds: async () => holds(rooms.now()),
  };
  await using retrainer = disposable(createRetrainer({ ...rooms, log: FAILING, evidence }));
  const released = [{ at: from, version: first.version }];
  const loop = new Map<string, number>();
  let watched: { version: string; watch: Watch } | undefined;
  for (const quarter of quartersOf(from, to)) {
    const [start, end] = quarter;
    const { version, variants } = await championOf(rooms.database.db, LINE);
    const scores = await scoresBy(version);
    const withScore = (rows: Example[]) => rows.map((example) => ({ example, score: scores.get(example.ref) ?? 0 }));
    const started = future.filter(({ startAt }) => startAt >= start && startAt < end);
    for (const { ref } of started) loop.set(ref, scores.get(ref) ?? Number.NaN);
    rooms.setNow(end);
    const reference = await referenceOf(rooms.artifacts, variants[0]?.archive ?? '');
    if (reference === undefined) throw new Error('the bundle has no reference');
    const inForceSince = released.at(-1)?.at ?? from;
    if (watched?.version !== version) {
      watched = { version, watch: watchVersion({ line: LINE, version }, reference, inForceSince) };
    }
    // What it said of an activity counts, and only from the day on which it came into force.
    const due = future.filter(({ startAt, dueAt }) => startAt >= inForceSince && dueAt < end);
    found.push(...watched.watch.inputs(start, end, withScore(started)), ...watched.watch.outcomes(end, withScore(due)));
    await turnOnce(rooms, retrainer);
    const now = (await championOf(rooms.database.db, LINE)).version;
    if (now !== version) released.push({ at: end, version: now });
  }
  const frozen = await scoresBy(first.version);
  const yearly = options.withoutYearly === true ? undefined : await playYearly(rooms, dataset, future, options);
  const rows = future
    .filter(({ startAt, dueAt }) => startAt >= from && startAt < to && dueAt < to)
    .map((example) => ({
      example,
      frozen: frozen.get(example.ref) ?? Number.NaN,
      yearly: yearly?.scores.get(example.ref) ?? Number.NaN,
      loop: loop.get(example.ref) ?? Number.NaN,
    }));
  const turns = (await listTurns(rooms.database.db, LINE)).toReversed();
  return { rows, findings: found, turns, released, years: yearly?.years ?? 0 };
}

/** A look, its examination, the approver's signature, and what follows from it. */
export async function turnOnce(rooms: Rooms, retrainer: Retrainer): Promise<void> {
  await retrainer.look();
  await retrainer.idle();
  await approveAll(rooms);
  await retrainer.look();
  await retrainer.idle();
}

export async function approveAll(rooms: Rooms): Promise<void> {
  for (const { line, document, bytes: draft } of await pendingApprovals(rooms.database.db)) {
    const bytes = await addMetadataSignatures(draft, [rooms.approver], lineRole(line));
    await approveModel(rooms, 'user:approver', { line, document, signature: { bytes } });
  }
}

async function playYearly(rooms: Rooms, dataset: Dataset, future: Example[], { from, to, training }: PlayOptions) {
  const scores = new Map<string, number>();
  let years = 0;
  for (let year = new Date(from).getUTCFullYear(); Date.UTC(year) < to; year += 1) {
    const begin = Math.max(from, Date.UTC(year));
    const trained = await train(withExamples(dataset, labelsKnownBefore(dataset, begin)), training);
    if (begin > from) years += 1;
    const rows = future.filter(({ startAt }) => startAt >= begin && startAt < Date.UTC(year + 1));
    const own = await scoresOfTrained(rooms.lab, trained, dataset.features, rows);
    rows.forEach(({ ref }, i) => scores.set(ref, own[i] ?? Number.NaN));
  }
  return { scores, years };
}

function quartersOf(from: number, to: number): [number, number][] {
  const quarters: [number, number][] = [];
  for (let at = from; ;) {
    const date = new Date(at);
    const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 3, 1);
    if (next > to) return quarters;
    quarters.push([at, next]);
    at = next;
  }
}

function disposable(retrainer: Retrainer): Retrainer & AsyncDisposable {
  return { ...retrainer, [Symbol.asyncDispose]: () => retrainer.close() };
}
