import { DatasetError } from '../errors.ts';
import { inspectCsvFile } from '../inspect/inspect-table.ts';
import { COLUMN_ROLES } from './roles.ts';
import type { CsvFile } from '../files/csv-file.ts';
import type { TableRoles } from './roles.ts';

/** Throws `dataset_ambiguous` without a label role, `dataset_role` when a role names a column that is not there. */
export function requireRoles(file: CsvFile, roles: TableRoles): TableRoles & { label: string } {
  for (const role of COLUMN_ROLES) requireColumn(file, role, roles[role]);
  for (const name of roles.ignore ?? []) requireColumn(file, 'ignore', name);
  const { label } = roles;
  if (label !== undefined) return { ...roles, label };
  const inspection = inspectCsvFile(file);
  const guess = inspection.guess.label;
  const hint = guess ? `; perhaps '${guess.column}' (confidence ${guess.confidence})` : '';
  throw new DatasetError('dataset_ambiguous', `nobody said which column of ${file.source} is the label${hint}`, {
    field: 'label',
    expected: 'the role in dataset.yaml or in the options',
    inspection,
  });
}

function requireColumn(file: CsvFile, role: string, name: string | undefined): void {
  if (name === undefined || file.header.includes(name)) return;
  throw new DatasetError('dataset_role', `${file.source} has no column '${name}'`, {
    field: role,
    expected: `one of ${file.header.join(', ')}`,
  });
}
