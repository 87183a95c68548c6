import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import type { Signer } from '@plumbline/shared/trust';
import { versionsInUse } from '../../delivery/rollouts/index.ts';
import { createIngest } from '../../insight/telemetry/index.ts';
import { makeAuditKey } from '../../platform/audit/index.ts';
import { openDatabase } from '../../platform/db/index.ts';
import { createDispatcher } from '../../platform/outbox/index.ts';
import type { ArtifactStore, ModelLab } from '../../platform/ports/index.ts';
import { keyFileOf, makeDevelopmentKeys, openDesk, readSigner } from '../../supply/keys/index.ts';
import { intakeModel, optimizeModel, type OptimizedModel } from '../../supply/models/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import { importRepository } from '../../supply/repository/index.ts';
import type { Fleet } from '../fleet.ts';
import { createEventFeed } from '../webhooks/index.ts';
import { createMemoryBroker, type MemoryBroker } from './memory-broker.ts';

/** A server without listeners, for tests of one edge: real database, files and keys in a folder of its own. */
export interface SmallFleet extends AsyncDisposable {
  fleet: Fleet & { broker: MemoryBroker };
  clock: VirtualClock;
  folder: string;
  keysFolder: string;
  approver: Signer;
  /** A tiny model of a line, ready to be submitted. */
  model(line: string, card?: Record<string, unknown>, bias?: number): Promise<OptimizedModel>;
}

export async function createSmallFleet(options: {
  lab: ModelLab;
  /** Opens a store in the folder it is given; adapters are known to tests and to server.ts only. */
  openArtifacts: (folder: string) => Promise<ArtifactStore>;
  lines?: string[];
  /** Where the clock begins, ms; for programs that look at another one. */
  startAt?: number;
  /** An empty database; a file of SQLite in its folder without. */
  databaseUrl?: string;
}): Promise<SmallFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-small-fleet-'));
  const keysFolder = join(folder, 'keys');
  const clock = createVirtualClock(options.startAt);
  const { lines = ['delay', 'iris'], databaseUrl = `sqlite:${join(folder, 'fleet.sqlite')}` } = options;
  await makeDevelopmentKeys(keysFolder, clock.now(), { lines });
  const desk = await openDesk(keysFolder);
  const database = await openDatabase({ url: databaseUrl, clock });
  await importRepository({ database, desk, now: clock.now }, 'system', keysFolder);
  const ingest = createIngest({ database, now: clock.now });
  const fleet = {
    database,
    artifacts: await options.openArtifacts(join(folder, 'artifacts')),
    desk,
    versionsInUse,
    lab: options.lab,
    broker: createMemoryBroker(),
    dispatcher: createDispatcher({ database, clock }),
    events: createEventFeed({ database, clock }),
    webhookRules: { allow: [], development: false },
    ingest,
    clock,
    now: clock.now,
    log: pino({ level: 'silent' }),
    publicUrl: 'https://fleet.example:8443',
    mqttUrl: 'mqtts://fleet.example:8883',
    webSocketUrl: 'wss://fleet.example:8443/mqtt',
    operatorToken: 'operator',
    auditKey: makeAuditKey(),
  };
  return {
    fleet,
    clock,
    folder,
    keysFolder,
    approver: await readSigner(join(keysFolder, keyFileOf('approver'))),
    model: (line, card = { origin: 'imported' }, bias = 0) => tinyModel(fleet, line, card, bias),
    async [Symbol.asyncDispose]() {
      await fleet.dispatcher.stop();
      await ingest.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function tinyModel(
  fleet: Fleet,
  line: string,
  card: Record<string, unknown>,
  bias: number,
): Promise<OptimizedModel> {
  const bytes = exportModel({
    kind: 'linear',
    columns: { numbers: [{ name: 'a', mean: 0, scale: 1, impute: 0 }], categories: [] },
    weights: Float64Array.of(1),
    bias,
  });
  const accepted = await intakeModel(
    fleet,
    {
      line,
      target: 'late',
      algorithm: 'logistic',
      bytes,
      inputs: [
        {
          kind: 'columns',
          name: 'numbers',
          dtype: 'float32',
          batch: 'dynamic',
          features: [{ name: 'a', type: 'number', missing: 'accept', from: { column: 'a' } }],
        },
      ],
      output: { kind: 'classes', probabilities: 'probabilities', classes: ['0', '1'], positive: '1' },
      card,
    },
    fleet.now(),
  );
  return optimizeModel(fleet, accepted);
}
