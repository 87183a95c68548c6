import { Alert, List, Stack, Text } from '@mantine/core';
import { DataTable } from '../tables/data-table.tsx';
import { counted, shown } from '../values/figures.ts';
import type { Written } from './written.ts';

const SHOWN = 40;

/** What putting a text changes, place by place. @param what it is, with its name: `the pipeline weekly` */
export function Differences({ what, written: { action, fields, warnings } }: { what: string; written: Written }) {
  return (
    <Stack gap="xs" role="status">
      <Text size="sm" fw={600}>
        {action === 'create'
          ? `There is none yet: ${what} is made.`
          : action === 'change'
            ? `This changes ${what} in ${counted(fields.length, 'place')}.`
            : `This is what ${what} says already: nothing would change.`}
      </Text>
      {warnings.length > 0 && (
        <Alert color="yellow">
          <List size="sm">
            {warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {action === 'change' && (
        <DataTable
          caption={`What changes in ${what}`}
          rows={fields.slice(0, SHOWN)}
          keyOf={({ field, from, to }) => `${field} ${JSON.stringify([from, to])}`}
          columns={[
            { key: 'field', title: 'Where', isHeading: true, cell: ({ field }) => <code>{field}</code> },
            { key: 'from', title: 'Is', cell: ({ from }) => <Value value={from} /> },
            { key: 'to', title: 'Becomes', cell: ({ to }) => <Value value={to} /> },
          ]}
        />
      )}
      {action === 'change' && fields.length > SHOWN && <Text size="sm">and {fields.length - SHOWN} places more</Text>}
    </Stack>
  );
}

/** A hash has no place to break at. */
function Value({ value }: { value: unknown }) {
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      {shown(value)}
    </Text>
  );
}
