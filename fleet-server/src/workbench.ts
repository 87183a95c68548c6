import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CodedError } from '@plumbline/shared/errors';
import { openBundle } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import { createModelLab, openArtifactFiles, systemClock } from './platform/adapters/index.ts';
import { openDatabase } from './platform/db/index.ts';
import type { ModelLab } from './platform/ports/index.ts';
import { getModel, type FileSubject } from './supply/models/index.ts';

/** What commands work with that need no server: trial processes of their own, and a state folder to read from. */
export interface Workbench extends AsyncDisposable {
  lab: ModelLab;
  /**
   * A version of a line as it came in, before anything was shrunk.
   * @throws CodedError `state_not_found`; ModelError `model_unknown`
   */
  readModel(stateDir: string, line: string, version: string): Promise<FileSubject>;
}

export function openWorkbench(): Workbench {
  const lab = createModelLab();
  return { lab, readModel, [Symbol.asyncDispose]: () => lab.close() };
}

async function readModel(stateDir: string, line: string, version: string): Promise<FileSubject> {
  const file = join(resolve(stateDir), 'fleet.sqlite');
  if (!existsSync(file)) {
    throw new CodedError('state_not_found', `${file}: no such database`, {
      kind: 'not-found',
      field: '--state',
      expected: 'the state folder of a fleet server',
    });
  }
  const database = await openDatabase({ url: `sqlite:${file}`, clock: systemClock });
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
