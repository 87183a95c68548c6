import { Progress, Text } from '@mantine/core';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { figure, percent, whole } from '../../../parts/values/figures.ts';
import { Section } from '../../../parts/page/section.tsx';
import type { ColumnQuality as Column, QualityReport } from '../queries.ts';

const LEVELS_SHOWN = 4;

/** Each column: what is missing, how it lies, and how well it alone tells late from in time. */
export function Columns({ report: { columns } }: { report: QualityReport }) {
  return (
    <Section
      title="Columns"
      about="Separation: how well the column alone tells the classes apart, 0.5 (not at all) to 1; one close to 1 may have looked at the outcome. Outliers lie more than six robust standard deviations from the median."
    >
      <DataTable
        caption="Columns of the dataset"
        minWidth={900}
        rows={columns}
        keyOf={({ name }) => name}
        columns={[
          {
            key: 'name',
            title: 'Column',
            isHeading: true,
            cell: ({ name, type }) => (
              <>
                {name}
                <Text size="xs" c="dimmed">
                  {type}
                </Text>
              </>
            ),
          },
          { key: 'missing', title: 'Missing', cell: (column) => <Missing column={column} /> },
          { key: 'distinct', title: 'Distinct', align: 'right', cell: ({ distinct }) => whole(distinct) },
          { key: 'outliers', title: 'Outliers', align: 'right', cell: ({ outliers }) => whole(outliers) },
          { key: 'values', title: 'Values', cell: (column) => <Values column={column} /> },
          {
            key: 'separation',
            title: 'Separation',
            cell: ({ name, separation }) =>
              separation === undefined ? (
                '–'
              ) : (
                <>
                  {figure(separation, 2)}
                  <Progress
                    size="sm"
                    miw={90}
                    value={200 * Math.max(0, separation - 0.5)}
                    aria-label={`${name}: separation ${figure(separation, 2)} of 0.5 to 1`}
                  />
                </>
              ),
          },
        ]}
      />
    </Section>
  );
}

function Missing({ column: { name, missing, rows } }: { column: Column }) {
  const share = rows === 0 ? 0 : missing / rows;
  return (
    <>
      {missing === 0 ? 'none' : `${whole(missing)} (${percent(share)})`}
      {missing > 0 && (
        <Progress
          size="sm"
          miw={90}
          color="orange"
          value={100 * share}
          aria-label={`${name}: ${percent(share)} missing`}
        />
      )}
    </>
  );
}

function Values({ column: { quantiles, mean, sd, top, rows } }: { column: Column }) {
  if (quantiles !== undefined) {
    const [least, , low, middle, high, , most] = quantiles;
    return (
      <>
        {number(least)} … {number(most)}, median {number(middle)}
        <Text size="xs" c="dimmed">
          quartiles {number(low)} and {number(high)}
          {mean === undefined ? '' : `, mean ${number(mean)}`}
          {sd === undefined ? '' : ` ± ${number(sd)}`}
        </Text>
      </>
    );
  }
  if (top === undefined) return <>–</>;
  const more = top.length - LEVELS_SHOWN;
  return (
    <>
      {top
        .slice(0, LEVELS_SHOWN)
        .map(({ level, rows: of }) => `${level} ${percent(of / Math.max(1, rows), 0)}`)
        .join(', ')}
      {more > 0 ? ' …' : ''}
    </>
  );
}

function number(value: number | undefined): string {
  if (value === undefined) return '–';
  return Number.isInteger(value) ? whole(value) : value.toPrecision(4);
}
