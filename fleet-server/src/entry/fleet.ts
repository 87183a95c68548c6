import type { Logger } from 'pino';
import type { Clock } from '@plumbline/shared/ports';
import type { Database } from '../platform/db/index.ts';
import type { Dispatcher } from '../platform/outbox/index.ts';
import type { ArtifactStore, Broker, IdentityProvider, ModelLab } from '../platform/ports/index.ts';
import type { Desk } from '../supply/keys/index.ts';
import type { DraftDeps } from '../supply/models/index.ts';
import type { Ingest } from '../insight/telemetry/index.ts';
import type { IdentitySettings } from './identity/index.ts';
import type { EventFeed, ReceiverRules } from './webhooks/index.ts';

/** An identity provider that people sign in by, and what follows from what it says. */
export interface SignInBy {
  provider: IdentityProvider;
  settings: IdentitySettings;
}

/** The assembled server, as its transports see it: what verbs need, and nothing they could reach around. */
export interface Fleet {
  database: Database;
  artifacts: ArtifactStore;
  /** The online keys, each for documents of its own kind; approver and offline keys are elsewhere. */
  desk: Desk;
  versionsInUse: DraftDeps['versionsInUse'];
  lab: ModelLab;
  broker: Broker;
  dispatcher: Dispatcher;
  /** What other programs read as it happens. */
  events: EventFeed;
  /** Where webhooks may point. */
  webhookRules: ReceiverRules;
  ingest: Ingest;
  clock: Clock;
  now: () => number;
  log: Logger;
  /** Where devices enrol, and where they connect. */
  publicUrl: string;
  mqttUrl: string;
  webSocketUrl: string;
  /** Secret of the one operator of this first form. */
  operatorToken: string;
  /** Private, PEM: signs heads of the audit and nothing else. */
  auditKey: string;
  /** Absent where people have passwords here alone. */
  signInBy?: SignInBy | undefined;
}
