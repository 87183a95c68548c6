import type { ReadDb } from '../../../platform/db/index.ts';
import { listModels, type VersionSummary } from '../../../supply/models/index.ts';
import { RetrainingError } from '../errors.ts';
import { listTurns } from './turn.ts';

/** The version that a candidate is held against: the newest that is released, unless its own rollout was given up. */
export async function championOf(db: ReadDb, line: string): Promise<VersionSummary> {
  const given = (await listTurns(db, line)).filter(({ state }) => state === 'stopped' || state === 'failed');
  const givenUp = new Set(given.map(({ candidate }) => candidate));
  const found = (await listModels(db, line)).find(
    ({ state, version, deprecation }) => state === 'published' && deprecation === undefined && !givenUp.has(version),
  );
  if (found !== undefined) return found;
  throw new RetrainingError('retrain_no_champion', `${line} has no released version`, {
    kind: 'conflict',
    field: 'line',
    expected: 'a line with a release that is in force',
  });
}

/** Up to when labels were known to it, ms: as its card says, and else when it was made. */
export function knownBeforeOf({ card, createdAt }: VersionSummary): number {
  const { knownBefore } = card;
  return typeof knownBefore === 'number' ? knownBefore : createdAt;
}
