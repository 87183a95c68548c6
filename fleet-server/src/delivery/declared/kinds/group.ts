import { z } from 'zod';
import { name } from '@plumbline/shared/trust';
import type { ReadDb } from '../../../platform/db/index.ts';
import { findGroup } from '../../../sites/groups/group.ts';
import {
  createGroupIn,
  GroupError,
  listedDevices,
  listStanding,
  MAX_SELECTOR_LENGTH,
  setStandingRelease,
  updateGroupIn,
  type Group,
} from '../../../sites/groups/index.ts';
import type { DeclaredKind } from './kind.ts';

const spec = z
  .strictObject({
    selector: z
      .string()
      .min(1)
      .max(MAX_SELECTOR_LENGTH)
      .optional()
      .describe('Whoever it finds at the time is a member, as in `region = "north" and agent >= 0.3`.'),
    devices: z.array(name).max(100_000).optional().describe('The members by name; every one of them, and no other.'),
    note: z.string().trim().max(500).optional().describe('One line for people. Left out, it stays as it is.'),
    standing: z
      .record(name, z.string())
      .optional()
      .describe(
        'The version that members run of a line when no rollout says otherwise. Lines left out stay as they are.',
      ),
  })
  .refine((one) => (one.selector === undefined) !== (one.devices === undefined), {
    path: ['selector'],
    message: 'a group has a selector or a list of devices, one of the two',
  })
  .meta({
    title: 'Group',
    description: 'Devices under one name, by a selector or by a list.',
    // The same as the check above, for editors.
    oneOf: [{ required: ['selector'] }, { required: ['devices'] }],
  });

type GroupSpec = z.infer<typeof spec>;

export const group: DeclaredKind<GroupSpec> = {
  kind: 'Group',
  schema: spec,
  fields: { model: 'standing', version: 'standing' },
  // A selector may name a list that is made in the same run.
  turnOf: ({ selector }) => (selector === undefined ? 0 : 1),
  async read(db, id, wanted) {
    const known = await find(db, id);
    if (known === undefined) return undefined;
    const members =
      known.selector === undefined ? { devices: await listedDevices(db, id) } : { selector: known.selector };
    return {
      ...members,
      ...(wanted.note !== undefined && { note: known.note }),
      ...(wanted.standing !== undefined && { standing: await standingOf(db, id, Object.keys(wanted.standing)) }),
    };
  },
  async write(tx, { actor }, { name: id, spec: wanted, exists }) {
    const { standing, ...members } = wanted;
    await (exists ? updateGroupIn : createGroupIn)(tx, actor, { name: id, ...members });
    for (const [line, version] of Object.entries(standing ?? {})) {
      await setStandingRelease(tx, actor, { group: id, line, version });
    }
  },
};

async function find(db: ReadDb, id: string): Promise<Group | undefined> {
  return findGroup(db, id).catch((error: unknown) => {
    if (error instanceof GroupError && error.code === 'group_unknown') return undefined;
    throw error;
  });
}

async function standingOf(db: ReadDb, id: string, lines: readonly string[]): Promise<Record<string, string>> {
  const all = await listStanding(db);
  const named = all.filter((one) => one.group === id && lines.includes(one.line));
  return Object.fromEntries(named.map(({ line, version }) => [line, version]));
}
