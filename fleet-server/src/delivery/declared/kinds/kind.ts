import type { z } from 'zod';
import type { Db, ReadDb } from '../../../platform/db/index.ts';
import type { RolloutDeps } from '../../rollouts/index.ts';
import type { KindName } from '../document.ts';

/** What a kind of document is to the fleet. `Spec` is what a document means, with every default filled in. */
export interface DeclaredKind<Spec> {
  kind: KindName;
  schema: z.ZodType<Spec>;
  /** What editors are told instead, where that says more than what is read here. */
  published?: z.ZodType;
  /** Where something stands in the spec that a verb calls by another name. */
  fields?: Record<string, string>;
  /** Of two documents of the kind the lower one comes first; all alike without. */
  turnOf?(spec: Spec): number;
  /**
   * The thing as it stands, in the words of a document: of what a document may leave alone only what this one names.
   * Undefined: not there.
   */
  read(db: ReadDb, name: string, spec: Spec): Promise<unknown>;
  /**
   * Makes it so, within the transaction of all documents.
   * @param spec as it was written @param exists whether `read` found it
   */
  write(
    tx: Db,
    at: WriteDeps,
    document: { name: string; written: unknown; spec: Spec; exists: boolean },
  ): Promise<void>;
}

export interface WriteDeps {
  actor: string;
  /** Of rollouts; their database takes part in the transaction. */
  rollouts: RolloutDeps;
}
