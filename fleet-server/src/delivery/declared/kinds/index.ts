import type { DeclaredKind } from './kind.ts';
import { KINDS, type KindName } from '../document.ts';
import { group } from './group.ts';
import { policy } from './policy.ts';
import { rollout } from './rollout.ts';
import { site } from './site.ts';

/** A kind whose spec only itself knows: what its `schema` answers is what its verbs take. */
export type AnyKind = Omit<DeclaredKind<never>, 'schema'> & { schema: DeclaredKind<unknown>['schema'] };

const BY_NAME = { Site: site, Policy: policy, Group: group, Rollout: rollout } satisfies Record<KindName, AnyKind>;

export function kindOf(name: KindName): AnyKind {
  return BY_NAME[name];
}

export function turnOf(name: KindName): number {
  return KINDS.indexOf(name);
}

export { findDeclared } from './rollout.ts';
export type { WriteDeps } from './kind.ts';
