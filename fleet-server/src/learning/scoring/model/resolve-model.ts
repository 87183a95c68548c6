import { lineKeys, type PublicKey } from '@plumbline/shared/trust';
import type { Database, ReadDb } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { metadataInForce } from '../../../supply/repository/index.ts';
import {
  getModel,
  listModels,
  ModelError,
  resolveVersion,
  type VariantSummary,
  type VersionSummary,
} from '../../../supply/models/index.ts';
import { ScoringError } from '../errors.ts';
import { openSealed } from './open-bundle.ts';
import type { ModelReference } from './reference.ts';
import type { ScorableModel } from './scorable.ts';

export interface ResolveDeps {
  database: Pick<Database, 'db'>;
  artifacts: ArtifactStore;
}

/** Which bundle a reference means just now. */
export interface ResolvedBundle {
  line: string;
  version: string;
  variant: string;
  /** SHA-256 of the archive. */
  sha256: string;
  state: string;
}

/**
 * The bundle of a version, of the newest one that is published, or of what an alias points to now. Of its variants the
 * first that is for any device, as devices take the first that fits.
 * @throws ModelError `model_unknown`, `alias_unknown`; ScoringError `model_not_released` for what nobody has approved
 */
export async function resolveBundle(
  db: ReadDb,
  reference: ModelReference,
  options: { variant?: string | undefined; unreleased?: boolean | undefined } = {},
): Promise<ResolvedBundle> {
  const found = await versionOf(db, reference);
  const { line, version, state } = found;
  if (state !== 'published' && options.unreleased !== true) {
    throw new ScoringError('model_not_released', `${line}@${version} is ${state}: nobody has approved it`, {
      kind: 'refused',
      field: 'model',
      expected: 'a published version',
    });
  }
  const { variant, archive } = variantOf(found, options.variant);
  return { line, version, variant, sha256: archive, state };
}

/** The bundle itself, its seal judged by the builders that the offline keys name. @throws as `resolveBundle`, `openSealed` */
export async function resolveModel(
  { database, artifacts }: ResolveDeps,
  reference: ModelReference,
  options: { variant?: string | undefined; unreleased?: boolean | undefined } = {},
): Promise<ScorableModel> {
  const { sha256 } = await resolveBundle(database.db, reference, options);
  return openSealed(await artifacts.get(sha256), await builderKeys(database.db));
}

/** Builders of each line by the targets metadata in force. */
export async function builderKeys(db: ReadDb): Promise<(line: string) => PublicKey[]> {
  const { signed } = await metadataInForce(db, 'targets');
  return (line) => lineKeys(signed, line, 'builders');
}

async function versionOf(db: ReadDb, { line, version, alias }: ModelReference): Promise<VersionSummary> {
  if (version !== undefined) return getModel(db, line, version);
  if (alias !== undefined) return getModel(db, line, await resolveVersion(db, line, alias));
  const versions = await listModels(db, line);
  const newest = versions.find(({ state }) => state === 'published') ?? versions[0];
  if (newest !== undefined) return newest;
  throw new ModelError('model_unknown', `no model of line ${line}`, { kind: 'not-found', field: 'model' });
}

function variantOf({ line, version, variants }: VersionSummary, wanted: string | undefined): VariantSummary {
  const found =
    wanted === undefined
      ? (variants.find(({ profiles }) => profiles.length === 0) ?? variants[0])
      : variants.find(({ variant }) => variant === wanted);
  if (found !== undefined) return found;
  throw new ModelError('model_unknown', `${line}@${version} has no variant ${wanted ?? ''}`, {
    kind: 'not-found',
    field: 'variant',
    expected: variants.map(({ variant }) => variant).join(' | '),
  });
}
