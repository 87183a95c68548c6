import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessTrial } from '@plumbline/agent/trial';
import { addSignatures } from '@plumbline/shared/trust';
import { createIngest, type Ingest } from '../../fleet-server/src/insight/telemetry/index.ts';
import type { Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { inputsOf, OUTPUT, referenceOf } from '../../fleet-server/src/learning/pipelines/index.ts';
import type { TrainingResult } from '../../fleet-server/src/learning/training/index.ts';
import { openArtifactFiles } from '../../fleet-server/src/platform/adapters/artifact-files.ts';
import { openDatabase, type Database } from '../../fleet-server/src/platform/db/index.ts';
import type { ArtifactStore } from '../../fleet-server/src/platform/ports/index.ts';
import {
  keyPath,
  makeDevelopmentKeys,
  readServerKeys,
  readSigner,
  type ServerKeys,
} from '../../fleet-server/src/supply/keys/index.ts';
import {
  approveModel,
  getModel,
  intakeModel,
  lineDocumentBytes,
  optimizeModel,
  submitForApproval,
  type VersionSummary,
} from '../../fleet-server/src/supply/models/index.ts';
import { exportModel } from '../../fleet-server/src/supply/onnx/index.ts';

/** The rooms of a fleet server that learning and drift need: memory database, a temporary folder, a trial process. */
export interface Rooms extends AsyncDisposable {
  database: Database;
  artifacts: ArtifactStore;
  keys: ServerKeys;
  trial: ReturnType<typeof createProcessTrial>;
  ingest: Ingest;
  now: () => number;
  /** Moves the one clock of these rooms. */
  setNow(at: number): void;
  /** Registers a trained model as the next version of its line and approves it, gate or no gate. */
  register(line: string, dataset: Dataset, trained: TrainingResult): Promise<VersionSummary>;
}

export async function openRooms(startAt: number): Promise<Rooms> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-learning-'));
  let time = startAt;
  const now = () => time;
  // Nothing in these rooms waits: the clock is only asked what time it is.
  const clock = { now, after: () => () => undefined };
  await makeDevelopmentKeys(folder, startAt);
  const keys = await readServerKeys(folder);
  const approver = await readSigner(keyPath(folder, 'approver'));
  const database = await openDatabase({ url: 'sqlite::memory:', clock });
  const artifacts = await openArtifactFiles(join(folder, 'artifacts'));
  const trial = createProcessTrial();
  const ingest = createIngest({ database, now });
  const deps = { database, artifacts, keys, trial, now };

  return {
    ...deps,
    ingest,
    setNow: (at) => (time = at),
    async register(line, dataset, trained) {
      const { features, target } = dataset;
      const { model, algorithm } = trained;
      const described = {
        inputs: inputsOf(model, features),
        output: OUTPUT,
        reference: referenceOf(dataset, trained),
      };
      const intake = { line, target, algorithm, bytes: exportModel(model), ...described, card: {} };
      const optimized = await optimizeModel(deps, await intakeModel(deps, intake, now()));
      const { version, document } = await submitForApproval(deps, 'user:test', optimized);
      const draft = await lineDocumentBytes(database.db, line, document);
      if (draft === undefined) throw new Error(`no draft ${document} of line ${line}`);
      const bytes = addSignatures(draft, [approver], 'draft');
      await approveModel({ database, root: keys.root, now }, 'user:test', { line, document, bytes });
      return getModel(database.db, line, version);
    },
    async [Symbol.asyncDispose]() {
      await ingest.close();
      await trial.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}
