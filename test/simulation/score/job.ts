import type { CrashPoint } from '@plumbline/shared/testing/world';
import type { InstallResult } from '../play/run-install.ts';
import type { SeedResult } from '../play/run-seed.ts';

/** What a worker is given, one at a time. */
export type Job =
  | { kind: 'seed'; seed: number; class: string }
  | { kind: 'install'; releases: readonly string[]; crash?: CrashPoint };

export type Reply = { job: Job } & ({ seed: SeedResult } | { install: InstallResult } | { error: string });
