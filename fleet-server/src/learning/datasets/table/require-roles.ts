import { DatasetError } from '../errors.ts';
import { inspectDataFile } from '../inspect/inspect-table.ts';
import { COLUMN_ROLES } from './roles.ts';
import type { DataFile } from '../files/data-file.ts';
import type { TableRoles } from './roles.ts';

/** Throws `dataset_ambiguous` without a label, `dataset_role` when a role names a column that is not there. */
export function requireRoles(file: DataFile, roles: TableRoles): void {
  for (const role of COLUMN_ROLES) requireColumn(file, role, roles[role]);
  for (const name of roles.ignore ?? []) requireColumn(file, 'ignore', name);
  for (const feature of roles.features ?? []) requireColumn(file, 'features', columnOf(feature, file.header));
  if (roles.label !== undefined || roles.positive !== undefined) return;
  const inspection = inspectDataFile(file);
  const guess = inspection.guess.label;
  const hint =
    roles.delay !== undefined
      ? `; perhaps \`positive\` is '${roles.delay} > 0'`
      : guess
        ? `; perhaps '${guess.column}' (confidence ${guess.confidence})`
        : '';
  throw new DatasetError('dataset_ambiguous', `nobody said which column of ${file.source} is the label${hint}`, {
    field: 'label',
    expected: 'the role in dataset.yaml or in the options',
    inspection,
  });
}

/** The column that a stated feature is read from: one of its own name, else the one it was once made from. */
export function columnOf(
  { name, from }: NonNullable<TableRoles['features']>[number],
  header: readonly string[],
): string {
  return header.includes(name) || !('column' in from) ? name : from.column;
}

function requireColumn(file: DataFile, role: string, name: string | undefined): void {
  if (name === undefined || file.header.includes(name)) return;
  throw new DatasetError('dataset_role', `${file.source} has no column '${name}'`, {
    field: role,
    expected: `one of ${file.header.join(', ')}`,
  });
}
