import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CodedError } from '@plumbline/shared/errors';
import { openBundle } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import type { ServerConfig } from './config.ts';
import { createModelLab, openArtifactFiles, systemClock } from './platform/adapters/index.ts';
import { prepareStateFolder } from './state-folder.ts';
import { loadDataset, type Dataset } from './learning/datasets/index.ts';
import { openDatabase, type Database } from './platform/db/index.ts';
import type { ModelLab } from './platform/ports/index.ts';
import { getModel, type FileSubject } from './supply/models/index.ts';
import type { ScorableModel } from './learning/scoring/index.ts';

/** What commands work with that need no server: trial processes of their own, and a state folder to read from. */
export interface Workbench extends AsyncDisposable {
  lab: ModelLab;
  /**
   * A version of a line as it came in, before anything was shrunk.
   * @throws CodedError `state_not_found`; ModelError `model_unknown`
   */
  readModel(stateDir: string, line: string, version: string): Promise<FileSubject>;
  /**
   * The bundle that a reference means, its seal judged by the keys of the state folder's repository.
   * @throws CodedError `state_not_found`; as `resolveModel` of learning/scoring
   */
  resolveModel(
    stateDir: string,
    reference: string,
    options: { variant?: string | undefined; unreleased?: boolean | undefined },
  ): Promise<ScorableModel>;
  /** A registered dataset. @throws CodedError `state_not_found`; DatasetError `dataset_unknown`, `dataset_reference` */
  readDataset(stateDir: string, reference: string): Promise<Dataset>;
  /** The books of a fleet, made where there are none yet. @throws coded errors of the database, `state_unwritable` */
  openBooks(config: Pick<ServerConfig, 'stateDir' | 'databaseUrl'>): Promise<{ database: Database; now: () => number }>;
}

export function openWorkbench(): Workbench {
  const lab = createModelLab();
  return { lab, readModel, readDataset, resolveModel, openBooks, [Symbol.asyncDispose]: () => lab.close() };
}

async function readDataset(stateDir: string, reference: string): Promise<Dataset> {
  const database = await openState(stateDir);
  try {
    const artifacts = await openArtifactFiles(join(resolve(stateDir), 'artifacts'));
    return await loadDataset({ database, artifacts }, reference);
  } finally {
    await database.close();
  }
}

async function readModel(stateDir: string, line: string, version: string): Promise<FileSubject> {
  const database = await openState(stateDir);
  try {
    const { variants, card } = await getModel(database.db, line, version);
    const artifacts = await openArtifactFiles(join(resolve(stateDir), 'artifacts'));
    const [variant] = variants;
    if (variant === undefined)
      throw new CodedError('model_unknown', `${line}@${version} has no bundle`, { field: 'model' });
    const { manifest, model } = await openBundle(await artifacts.get(variant.archive), async (bytes) =>
      sha256Hex(bytes),
    );
    // Versions from before the search kept nothing but what they sealed.
    const bytes = typeof card['source'] === 'string' ? await artifacts.get(card['source']) : model;
    return { name: `${line}@${version}`, bytes, output: manifest.output, inputs: manifest.inputs };
  } finally {
    await database.close();
  }
}

async function resolveModel(...[stateDir, reference, options]: Parameters<Workbench['resolveModel']>) {
  // Most commands need nothing of this room.
  const { parseReference, resolveModel: resolveIn } = await import('./learning/scoring/index.ts');
  const database = await openState(stateDir);
  try {
    const artifacts = await openArtifactFiles(join(resolve(stateDir), 'artifacts'));
    return await resolveIn({ database, artifacts }, parseReference(reference), options);
  } finally {
    await database.close();
  }
}

async function openBooks({ stateDir, databaseUrl }: Pick<ServerConfig, 'stateDir' | 'databaseUrl'>) {
  await prepareStateFolder(stateDir);
  return { database: await openDatabase({ url: databaseUrl, clock: systemClock }), now: systemClock.now };
}

async function openState(stateDir: string): Promise<Database> {
  const file = join(resolve(stateDir), 'fleet.sqlite');
  if (!existsSync(file)) {
    throw new CodedError('state_not_found', `${file}: no such database`, {
      kind: 'not-found',
      field: '--state',
      expected: 'the state folder of a fleet server',
    });
  }
  return openDatabase({ url: `sqlite:${file}`, clock: systemClock });
}
