import type { Standing } from '../../devices/index.ts';

/** What a selector may ask of one device. */
export interface InventoryRow {
  id: string;
  site: string;
  region: string;
  zone: string;
  profile: string;
  /** Of its firmware profile; undefined for a profile this program does not know. */
  kind: 'gateway' | 'tablet' | undefined;
  tags: readonly string[];
  /** Names of the lists it stands on. */
  groups: readonly string[];
  /** Version of the agent. */
  agent: string;
  online: boolean;
  standing: Standing;
  /** ms; null: it was never heard from. */
  lastSeenAt: number | null;
  enrolledAt: number;
  /** By model line, as it last reported. */
  lines: ReadonlyMap<string, { version: string | undefined; state: string }>;
  /** Undefined until it has reported. */
  metadata: 'fresh' | 'stale' | undefined;
}
