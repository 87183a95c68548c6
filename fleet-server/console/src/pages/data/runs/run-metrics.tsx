import { Text } from '@mantine/core';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { figure, whole } from '../../../parts/values/figures.ts';
import { Section } from '../../../parts/page/section.tsx';
import type { RunView } from '../queries.ts';

/** Figures over all rows, on held-out ones, and fold by fold. */
export function RunMetrics({ metrics: { values, holdout, folds } }: { metrics: RunView['metrics'] }) {
  const names = [...new Set([...Object.keys(values), ...Object.keys(holdout ?? {})])];
  const foldNames = Object.keys(folds?.values ?? {});
  return (
    <Section
      title="Figures"
      about="Over all rows that were scored out of fold, or the mean over folds; held out are rows that neither search nor choice has seen."
    >
      {names.length === 0 ? (
        <Text size="sm" c="dimmed">
          This run brought no figures.
        </Text>
      ) : (
        <DataTable
          caption="Figures of the run"
          rows={names}
          keyOf={(name) => name}
          columns={[
            { key: 'name', title: 'Figure', isHeading: true, cell: (name) => name },
            { key: 'value', title: 'Out of fold', align: 'right', cell: (name) => figure(values[name], 4) },
            ...(holdout === undefined
              ? []
              : [
                  {
                    key: 'holdout',
                    title: 'Held out',
                    align: 'right' as const,
                    cell: (name: string) => figure(holdout[name], 4),
                  },
                ]),
          ]}
        />
      )}
      {folds !== undefined && (
        <DataTable
          caption="Figures fold by fold"
          minWidth={240 + 100 * foldNames.length}
          rows={folds.rowsValid.map((rows, at) => ({ at, rows }))}
          keyOf={({ at }) => String(at)}
          columns={[
            { key: 'fold', title: 'Fold', isHeading: true, cell: ({ at }) => String(at + 1) },
            { key: 'train', title: 'Rows learned', align: 'right', cell: ({ at }) => whole(folds.rowsTrain[at]) },
            { key: 'valid', title: 'Rows judged', align: 'right', cell: ({ rows }) => whole(rows) },
            ...foldNames.map((name) => ({
              key: name,
              title: name,
              align: 'right' as const,
              cell: ({ at }: { at: number }) => figure(folds.values[name]?.[at], 4),
            })),
          ]}
        />
      )}
    </Section>
  );
}
