import type { Dataset, Example } from '../dataset.ts';

export interface DatasetDiff {
  from: string;
  to: string;
  same: boolean;
  rows: { added: number; removed: number; changed: number; unchanged: number };
  /** Refs of the first ones. */
  added: string[];
  removed: string[];
  changed: { ref: string; fields: string[] }[];
  columns: { added: string[]; removed: string[]; changed: string[] };
  /** What else differs: target, split. */
  other: string[];
}

const SHOWN = 20;

/** What changed from one dataset to another: rows by ref, columns by name. */
export function diffDatasets(from: Dataset, to: Dataset): DatasetDiff {
  const before = new Map(from.examples.map((example) => [example.ref, example]));
  const after = new Map(to.examples.map((example) => [example.ref, example]));
  const added = [...after.keys()].filter((ref) => !before.has(ref));
  const removed = [...before.keys()].filter((ref) => !after.has(ref));
  const changed = [...before].flatMap(([ref, one]) => {
    const other = after.get(ref);
    const fields = other === undefined ? [] : changedFields(one, other);
    return fields.length > 0 ? [{ ref, fields }] : [];
  });
  const columnsBefore = new Map(from.features.map((feature) => [feature.name, JSON.stringify(feature)]));
  const columnsAfter = new Map(to.features.map((feature) => [feature.name, JSON.stringify(feature)]));
  const columns = {
    added: [...columnsAfter.keys()].filter((name) => !columnsBefore.has(name)),
    removed: [...columnsBefore.keys()].filter((name) => !columnsAfter.has(name)),
    changed: [...columnsBefore]
      .filter(([name, text]) => (columnsAfter.get(name) ?? text) !== text)
      .map(([name]) => name),
  };
  const kept = before.size - removed.length;
  return {
    from: `${from.name}@${from.version}`,
    to: `${to.name}@${to.version}`,
    same: from.version === to.version,
    rows: { added: added.length, removed: removed.length, changed: changed.length, unchanged: kept - changed.length },
    added: added.slice(0, SHOWN),
    removed: removed.slice(0, SHOWN),
    changed: changed.slice(0, SHOWN),
    columns,
    other: (['target', 'split'] as const).filter((field) => from[field] !== to[field]),
  };
}

const FIELDS = ['site', 'group', 'startAt', 'dueAt', 'knownAt', 'label', 'delayDays'] as const;

/** Values are named `values.NAME`; one that is absent is the same as one that is missing. */
function changedFields(one: Example, other: Example): string[] {
  const names = new Set([...Object.keys(one.values), ...Object.keys(other.values)]);
  return [
    ...FIELDS.filter((field) => one[field] !== other[field]),
    ...[...names]
      .filter((name) => (one.values[name] ?? null) !== (other.values[name] ?? null))
      .map((name) => `values.${name}`),
  ];
}
