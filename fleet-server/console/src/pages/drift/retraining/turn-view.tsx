import { Alert, List, Stack, Text, Title } from '@mantine/core';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { figure, whole } from '../../../parts/values/figures.ts';
import { Facts } from '../../../parts/values/facts.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { ToDataset, ToVersion } from '../../../parts/address/to-page.tsx';
import type { RetrainTurn } from '../queries.ts';
import { CAUSES, TURN_STATES } from '../words.ts';
import { ComparisonView } from './comparison-view.tsx';
import { detailsOf, type TurnDetails } from './turn-details.ts';
import { PageLink } from '../../../parts/address/links.tsx';

const FORMS: Record<string, string> = {
  all: 'all rows',
  recent: 'recent rows',
  weighted: 'rows drawn by age',
  'since-change': 'rows since the change',
};

/** One turn: why it was opened, what was tried, what was decided and why. */
export function TurnView({ turn }: { turn: RetrainTurn }) {
  const [tone, word] = TURN_STATES[turn.state];
  const { comparison, window, dataset, leftOut, changeAt } = detailsOf(turn.details);
  return (
    <Section title={turn.id} about={turn.sentence} actions={<StateBadge tone={tone}>{word}</StateBadge>}>
      <Facts
        facts={[
          ['Opened because', CAUSES[turn.cause]],
          ['Opened', `${clock(turn.openedAt)} by ${turn.actor.replace(/^user:/, '')}`],
          ['Ended', turn.endedAt === null ? 'not yet' : clock(turn.endedAt)],
          ['Attempts', whole(turn.attempts)],
          ['Champion', <ToVersion key="champion" line={turn.line} version={turn.champion} />],
          [
            'Candidate',
            turn.candidate === null ? 'none' : <ToVersion key="candidate" line={turn.line} version={turn.candidate} />,
          ],
          ['Dataset', dataset === undefined ? 'not yet known' : <ToDataset key="dataset" reference={dataset} />],
          ['Rollout', turn.rollout === null ? 'none' : <ToRollout key="rollout" id={turn.rollout} />],
          ...(changeAt === undefined ? [] : [['Change', clock(changeAt)] as [string, string]]),
        ]}
      />
      {turn.says !== '' && (
        <Alert color="gray" title="What was decided, and why">
          {turn.says}
        </Alert>
      )}
      {window !== undefined && <WindowTrials window={window} />}
      {comparison !== undefined && <ComparisonView comparison={comparison} />}
      {leftOut !== undefined && leftOut.length > 0 && (
        <Stack gap={4}>
          <Title order={3}>Left out of the data</Title>
          <List size="sm">
            {leftOut.map((sentence) => (
              <List.Item key={sentence}>{sentence}</List.Item>
            ))}
          </List>
        </Stack>
      )}
    </Section>
  );
}

function WindowTrials({ window: { form, testedOn, trials } }: { window: NonNullable<TurnDetails['window']> }) {
  return (
    <Stack gap="xs">
      <Title order={3}>Which rows it learned from</Title>
      <Text size="sm" c="dimmed">
        Back-tested on {whole(testedOn)} rows that came after all it learned from; the first wins unless another is
        better by two standard errors.
      </Text>
      <DataTable
        caption="Data windows with their back-test"
        minWidth={480}
        rows={trials}
        keyOf={(trial) => trial.form}
        columns={[
          {
            key: 'form',
            title: 'Window',
            cell: (trial) => `${FORMS[trial.form] ?? trial.form}${trial.form === form ? ' (chosen)' : ''}`,
          },
          { key: 'rows', title: 'Rows', align: 'right', cell: ({ rows }) => (rows === 0 ? '–' : whole(rows)) },
          { key: 'brier', title: 'Brier', align: 'right', cell: ({ brier }) => figure(brier, 4) },
          { key: 'says', title: 'What it says', cell: ({ says }) => says },
        ]}
      />
    </Stack>
  );
}

function ToRollout({ id }: { id: string }) {
  return (
    <PageLink to="/rollouts/$id" params={{ id }} size="sm">
      {id}
    </PageLink>
  );
}
