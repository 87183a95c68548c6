import type { z } from 'zod';
import { findPolicy, policySpec, putPolicy } from '../../rollouts/index.ts';
import type { DeclaredKind } from './kind.ts';

export const policy: DeclaredKind<z.infer<typeof policySpec>> = {
  kind: 'Policy',
  schema: policySpec,
  read: async (db, name) => (await findPolicy(db, name))?.spec,
  async write(tx, { actor }, { name, written }) {
    await putPolicy(tx, actor, { name, spec: written });
  },
};
