import { isCodedError, messageOf } from '@plumbline/shared/errors';
import type { Database, Db } from '../../platform/db/index.ts';
import { startRollout, type RolloutDeps } from '../rollouts/index.ts';
import type { DeclaredAnswer, DeclaredDocument } from './document.ts';
import { DeclaredError } from './errors.ts';
import { findDeclared, kindsWith, type AnyKind } from './kinds/index.ts';
import { workThrough } from './look.ts';

/**
 * Makes the fleet what these documents say: everything in one transaction, so that it is all there or nothing, and then
 * the starts. A trial does the same and takes it back, so that what it says is what would happen. Said again, it changes
 * nothing; what no document names is left alone.
 * @param options `kinds`: those that later wings bring in
 * @throws DeclaredError `declared_refused` where something is wrong and it was no trial, `declared_partly_applied` where
 * everything is there and a rollout could not be started
 */
export async function applyDeclared(
  deps: RolloutDeps,
  actor: string,
  documents: readonly DeclaredDocument[],
  { dryRun, kinds = [] }: { dryRun: boolean; kinds?: readonly AnyKind[] },
): Promise<DeclaredAnswer> {
  const answer = await tryOut(deps.database, dryRun, async (tx) =>
    workThrough(tx, { actor, rollouts: { ...deps, database: within(deps.database, tx) } }, documents, kindsWith(kinds)),
  );
  if (dryRun) return answer;
  if (answer.problems.length > 0) throw refused(answer, documents);
  await startDeclared(deps, actor, documents);
  return { ...answer, isApplied: true };
}

async function tryOut(
  database: Database,
  dryRun: boolean,
  work: (tx: Db) => Promise<Omit<DeclaredAnswer, 'isApplied'>>,
): Promise<DeclaredAnswer> {
  try {
    return await database.transaction(async (tx) => {
      const answer = { ...(await work(tx)), isApplied: false };
      if (dryRun || answer.problems.length > 0) throw new TakenBack(answer);
      return answer;
    });
  } catch (error) {
    if (error instanceof TakenBack) return error.answer;
    throw error;
  }
}

/** Leaves a transaction with what was learnt in it, and with nothing written. */
class TakenBack extends Error {
  readonly answer: DeclaredAnswer;

  constructor(answer: DeclaredAnswer) {
    super('taken back');
    this.answer = answer;
  }
}

/** The database for verbs that open a transaction of their own: theirs is part of this one. */
function within(database: Database, tx: Db): Database {
  return {
    dialect: database.dialect,
    db: tx,
    transaction: (work) => work(tx),
    onCommit: (mark, listener) => database.onCommit(mark, listener),
    close: () => database.close(),
  };
}

/** A start gives out assignments, batch by batch, and so is no part of a larger transaction; said again, it goes on. */
async function startDeclared(deps: RolloutDeps, actor: string, documents: readonly DeclaredDocument[]): Promise<void> {
  for (const { kind, name, spec } of documents) {
    if (kind !== 'Rollout' || spec['start'] !== true) continue;
    const known = await findDeclared(deps.database.db, name);
    if (known?.rollout.state.status !== 'draft') continue;
    await startRollout(deps, actor, known.rollout.id).catch((cause: unknown) => {
      throw new DeclaredError(
        'declared_partly_applied',
        `applied; rollout ${name} did not start: ${messageOf(cause)}`,
        {
          kind: isCodedError(cause) ? cause.kind : 'internal',
          field: 'spec.start',
          cause,
        },
      );
    });
  }
}

const MAX_SHOWN = 20;

function refused({ problems }: DeclaredAnswer, documents: readonly DeclaredDocument[]): DeclaredError {
  const lines = problems.slice(0, MAX_SHOWN).map(({ document, field, message, code }) => {
    const about = document === undefined ? undefined : documents[document];
    return `${about?.kind} ${about?.name}: ${field}: ${message} [${code}]`;
  });
  const more = problems.length > MAX_SHOWN ? [`and ${problems.length - MAX_SHOWN} more`] : [];
  const [first] = problems;
  return new DeclaredError('declared_refused', [`nothing was applied`, ...lines, ...more].join('\n'), {
    ...(first === undefined ? {} : { field: `documents.${first.document}.${first.field}` }),
    ...(first?.expected === undefined ? {} : { expected: first.expected }),
  });
}
