import { KINDS, type KindName } from '../document.ts';
import type { DeclaredKind } from './kind.ts';
import { group } from './group.ts';
import { policy } from './policy.ts';
import { rollout } from './rollout.ts';
import { site } from './site.ts';

/** A kind whose spec only itself knows: what its `schema` answers is what its verbs take. */
export type AnyKind = Omit<DeclaredKind<never>, 'schema'> & { schema: DeclaredKind<unknown>['schema'] };

export type Kinds = ReadonlyMap<KindName, AnyKind>;

/** The kinds of this wing and those that later ones bring in, in the order in which they are applied. */
export function kindsWith(more: readonly AnyKind[]): Kinds {
  const all: AnyKind[] = [site, policy, group, rollout, ...more];
  return new Map(all.toSorted((a, b) => turnOf(a.kind) - turnOf(b.kind)).map((one) => [one.kind, one]));
}

export function turnOf(name: KindName): number {
  return KINDS.indexOf(name);
}

export { findDeclared } from './rollout.ts';
export type { DeclaredKind, WriteDeps } from './kind.ts';
