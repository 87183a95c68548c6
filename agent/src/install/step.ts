import type { Profile } from '@plumbline/firmware-profiles';
import type { ActivityRecord, Manifest } from '@plumbline/shared/manifest';
import type { DeviceSettings, PublicKey } from '@plumbline/shared/trust';
import type { Deferral } from '../lines/deferral.ts';
import type { Blocks } from '../link/blocks.ts';
import type { LinkBudget } from '../link/link-budget.ts';
import type { Examples } from '../observe/examples/examples.ts';
import type { RecentInputs } from '../observe/recent-inputs.ts';
import type { Ports } from '../ports/index.ts';
import type { Predictor } from '../predict/predictor.ts';
import type { Target, UpdateInput, UpdateModel } from '../update/index.ts';
import type { Decoders } from './payload.ts';

export interface InstallDeps extends Pick<
  Ports,
  'clock' | 'crypto' | 'store' | 'files' | 'trial' | 'inference' | 'host' | 'nearby'
> {
  blocks: Blocks;
  predictor: Predictor;
  /** Whose seal on a bundle of this line counts. */
  sealKeys: (line: string) => PublicKey[];
  profile: Profile;
  agentVersion: string;
  decoders: Decoders;
  settings: () => DeviceSettings;
  /** The newest real records of a line: as callers asked them, then as people of this site planned them. */
  storedRecords: (count: number, line: string) => ActivityRecord[];
  /** Stored records as these models are to be asked: with what the site knew at the moment of each. */
  derive: (
    manifests: readonly Pick<Manifest, 'inputs'>[],
    records: readonly ActivityRecord[],
  ) => readonly ActivityRecord[];
  /** Tells of real records as they come. */
  recentInputs: Pick<RecentInputs, 'listen'>;
  /** Two models say different things of these records of a shadow run. */
  disagreed?: (...of: Parameters<Examples['disagreed']>) => void;
  /** What a person on site said. */
  deferral: Pick<Deferral, 'standing'>;
  /** Absent: this link is not counted. */
  linkBudget?: Pick<LinkBudget, 'admit'> | undefined;
  /** The newest time that is known for sure, ms: a clock set back does not make old papers young. */
  trustedNow: () => number;
  /** Something worth a row: what a step measured or found. */
  event: (code: string, details: Record<string, string | number | boolean | null>) => void;
  /** A block that had been stored before a crash, but not counted, is about to be fetched again. */
  refetching: (blocks: number) => void;
}

export interface StepInput {
  /** The state that was stored before this step. */
  model: UpdateModel;
  target: Target;
  /** Fires when the line turns to another target or the agent stops. */
  signal: AbortSignal;
}

/** One step of an install. What it answers is an input of the machine; undefined says that it was interrupted. */
export type Executor = (deps: InstallDeps, step: StepInput) => Promise<UpdateInput | undefined>;
