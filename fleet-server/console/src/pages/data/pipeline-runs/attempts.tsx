import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useServerNow } from '../../../api/server-clock.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { brief, lasted } from '../../../parts/values/figures.ts';
import type { StepAttempt } from '../queries.ts';
import { STEP_TONES } from '../pipelines/words.ts';

/** Every attempt of every step, and what it brought. */
export function Attempts({
  attempts,
  onChoose,
}: {
  attempts: readonly StepAttempt[];
  onChoose: (step: string) => void;
}) {
  const now = useServerNow(1000);
  if (attempts.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No step has begun.
      </Text>
    );
  }
  return (
    <DataTable
      caption="Attempts of the steps, oldest first"
      minWidth={720}
      rows={attempts}
      keyOf={({ step, attempt }) => `${step} ${attempt}`}
      columns={[
        {
          key: 'step',
          title: 'Step',
          isHeading: true,
          cell: ({ step, attempt }) => (
            <Anchor component="button" type="button" size="sm" onClick={() => onChoose(step)}>
              {step}
              {attempt > 1 ? `, attempt ${attempt}` : ''}
            </Anchor>
          ),
        },
        {
          key: 'state',
          title: 'State',
          cell: ({ state, retryAt, fromRun }) => (
            <>
              <StateBadge tone={STEP_TONES[state]}>{state}</StateBadge>
              {retryAt !== null && (
                <Text size="xs" c="dimmed">
                  again {clock(retryAt)}
                </Text>
              )}
              {fromRun !== null && (
                <Text size="xs" c="dimmed">
                  kept from{' '}
                  <Link to="/data/pipeline-runs/$run" params={{ run: fromRun }}>
                    {fromRun}
                  </Link>
                </Text>
              )}
            </>
          ),
        },
        {
          key: 'says',
          title: 'What it says',
          cell: ({ says, error }) =>
            error === null
              ? says || '–'
              : `${error.message} [${error.code}${error.field === undefined ? '' : `, ${error.field}`}]`,
        },
        {
          key: 'outputs',
          title: 'Brought',
          cell: ({ outputs }) => (
            <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
              {Object.entries(outputs)
                .map(([name, value]) => `${name} ${brief(value)}`)
                .join(', ') || '–'}
            </Text>
          ),
        },
        {
          key: 'took',
          title: 'Took',
          align: 'right',
          cell: ({ startedAt, endedAt }) => lasted((endedAt ?? now) - startedAt),
        },
      ]}
    />
  );
}
