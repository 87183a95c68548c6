import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addMetadataSignatures, lineRole, type Signer } from '@plumbline/shared/trust';
import { createIngest, type Ingest } from '../../fleet-server/src/insight/telemetry/index.ts';
import type { Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { inputsOf, OUTPUT, referenceOf } from '../../fleet-server/src/learning/pipelines/index.ts';
import type { TrainingResult } from '../../fleet-server/src/learning/training/index.ts';
import { createModelLab, openArtifactFiles } from '../../fleet-server/src/platform/adapters/index.ts';
import type { ModelLab } from '../../fleet-server/src/platform/ports/index.ts';
import { openDatabase, type Database } from '../../fleet-server/src/platform/db/index.ts';
import type { ArtifactStore } from '../../fleet-server/src/platform/ports/index.ts';
import {
  keyFileOf,
  makeDevelopmentKeys,
  openDesk,
  readSigner,
  type Desk,
} from '../../fleet-server/src/supply/keys/index.ts';
import {
  approveModel,
  findPending,
  getModel,
  intakeModel,
  submitForApproval,
  type AcceptedModel,
  type OptimizedModel,
  type VersionSummary,
} from '../../fleet-server/src/supply/models/index.ts';
import { importRepository } from '../../fleet-server/src/supply/repository/index.ts';
import { exportModel } from '../../fleet-server/src/supply/onnx/index.ts';

/** The rooms of a fleet server that learning and drift need: memory database, a temporary folder, a model lab. */
export interface Rooms extends AsyncDisposable {
  database: Database;
  artifacts: ArtifactStore;
  desk: Desk;
  versionsInUse: () => Promise<string[]>;
  lab: ModelLab;
  ingest: Ingest;
  now: () => number;
  /** Signs what waits for its second signature. */
  approver: Signer;
  /** Moves the one clock of these rooms. */
  setNow(at: number): void;
  /** Registers a trained model as the next version of its line and approves it, gate or no gate. */
  register(line: string, dataset: Dataset, trained: TrainingResult): Promise<VersionSummary>;
}

/** Lines that the tests of this folder register. */
const LINES = ['delay', ...Array.from({ length: 16 }, (_, i) => `line-${i + 1}`)];

export async function openRooms(startAt: number): Promise<Rooms> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-learning-'));
  let time = startAt;
  const now = () => time;
  // Nothing in these rooms waits: the clock is only asked what time it is.
  const clock = { now, after: () => () => undefined };
  const keysFolder = join(folder, 'keys');
  await makeDevelopmentKeys(keysFolder, startAt, { lines: LINES });
  const desk = await openDesk(keysFolder);
  const approver = await readSigner(join(keysFolder, keyFileOf('approver')));
  const database = await openDatabase({ url: 'sqlite::memory:', clock });
  await importRepository({ database, desk, now }, 'system', keysFolder);
  const artifacts = await openArtifactFiles(join(folder, 'artifacts'));
  const lab = createModelLab();
  const ingest = createIngest({ database, now });
  const deps = { database, artifacts, desk, lab, now, versionsInUse: async () => [] };

  return {
    ...deps,
    ingest,
    approver,
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
      const { version, document } = await submitForApproval(
        deps,
        'user:test',
        asItCame(await intakeModel(deps, intake, now())),
      );
      const draft = await findPending(database.db, line, document);
      if (draft === undefined) throw new Error(`no draft ${document} of line ${line}`);
      const bytes = await addMetadataSignatures(draft.bytes, [approver], lineRole(line));
      await approveModel(deps, 'user:test', { line, document, signature: { bytes } });
      return getModel(database.db, line, version);
    },
    async [Symbol.asyncDispose]() {
      await ingest.close();
      await lab.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A model that nobody tried to make smaller: what shrinking does is shown elsewhere, and takes longer than a year here. */
function asItCame(accepted: AcceptedModel): OptimizedModel {
  const { bytes, golden } = accepted;
  const host = { arch: process.arch, platform: process.platform, cpus: 1, model: 'test', node: process.version };
  return {
    accepted,
    variants: [{ variant: 'lossless', recipe: 'lossless', bytes, golden, profiles: [] }],
    trials: [],
    declined: [],
    measured: { host, trials: {} },
  };
}
