import { z } from 'zod';

const column = z.string().min(1).max(256);

/** Which column means what in a table without a meaning of its own; also the content of `dataset.yaml`. */
export const tableRoles = z.strictObject({
  /** Holds exactly two values. */
  label: column.optional(),
  /** The value of the label column that counts as 1 (late), where it is not 1, true, yes, late or delayed. */
  positive: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  /** When a prediction is asked for. */
  time: column.optional(),
  /** The planned end; without it `time`. */
  due: column.optional(),
  /** When the label became known; without it `due`. */
  known: column.optional(),
  group: column.optional(),
  site: column.optional(),
  /** Names the activity; without it a row is named by its content. */
  id: column.optional(),
  /** Columns that are not features: leaks, notes. */
  ignore: z.array(column).max(1024).optional(),
  /** What label 1 means, in words. */
  target: z.string().min(1).max(500).optional(),
});

export type TableRoles = z.infer<typeof tableRoles>;

/** Roles that name one column each. */
export const COLUMN_ROLES = ['label', 'time', 'due', 'known', 'group', 'site', 'id'] as const;
