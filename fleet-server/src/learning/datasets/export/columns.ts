import { stringify } from 'yaml';
import type { TableRoles } from '../table/roles.ts';
import type { Dataset, Example } from '../dataset.ts';
import type { FeatureValue } from '@plumbline/shared/manifest';

export interface ExportColumn {
  name: string;
  /** `moment` is ms since epoch, UTC. */
  type: 'text' | 'number' | 'moment';
  valueOf: (example: Example) => FeatureValue;
}

type Role = 'id' | 'site' | 'group' | 'time' | 'due' | 'known' | 'label' | 'delay';

const ROLES: Record<Role, ExportColumn> = {
  id: { name: 'ref', type: 'text', valueOf: ({ ref }) => ref },
  site: { name: 'site', type: 'text', valueOf: ({ site }) => site },
  group: { name: 'group', type: 'text', valueOf: ({ group }) => group },
  time: { name: 'start_at', type: 'moment', valueOf: ({ startAt }) => startAt },
  due: { name: 'due_at', type: 'moment', valueOf: ({ dueAt }) => dueAt },
  known: { name: 'known_at', type: 'moment', valueOf: ({ knownAt }) => knownAt },
  label: { name: 'label', type: 'number', valueOf: ({ label }) => label },
  delay: { name: 'delay_days', type: 'number', valueOf: ({ delayDays }) => delayDays ?? null },
};

/** Columns of an export: the roles under names that no feature has, then the features. */
export function exportColumns(dataset: Dataset): { columns: ExportColumn[]; roles: TableRoles } {
  const features = new Set(dataset.features.map(({ name }) => name));
  const delays = dataset.examples.some(({ delayDays }) => delayDays !== undefined);
  const columns: ExportColumn[] = [];
  const named: Partial<Record<Role, string>> = {};
  for (const [role, column] of Object.entries(ROLES) as [Role, ExportColumn][]) {
    if (role === 'delay' && !delays) continue;
    let { name } = column;
    while (features.has(name)) name = `row_${name}`;
    named[role] = name;
    columns.push({ ...column, name });
  }
  for (const { name, type } of dataset.features) {
    columns.push({ name, type: type === 'number' ? 'number' : 'text', valueOf: ({ values }) => values[name] ?? null });
  }
  const { target, split } = dataset;
  return { columns, roles: { ...named, target, split, features: dataset.features, exact: true } };
}

/** The roles file by which the table reader makes the same version of an export again. */
export function rolesFileOf(dataset: Dataset): string {
  const { roles } = exportColumns(dataset);
  return `# ${dataset.name}@${dataset.version}\n${stringify(roles)}`;
}

export function cellOf({ type, valueOf }: ExportColumn, example: Example): string {
  const value = valueOf(example);
  if (value === null) return '';
  return type === 'moment' ? new Date(Number(value)).toISOString() : String(value);
}
