import { Alert, Button, List, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { Page } from '../../../parts/page/page.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { Facts } from '../../../parts/values/facts.tsx';
import { lasted, shown } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { DatasetLink, ToRun, ToVersion } from '../../../parts/address/to-page.tsx';
import { runQuery, type RunDetails } from '../queries.ts';
import { RunFigures } from './run-figures.tsx';
import { RunMetrics } from './run-metrics.tsx';
import { RunTags } from './run-tags.tsx';
import { RUN_STATES } from './words.ts';
import { PageLink } from '../../../parts/address/links.tsx';

/** One run with everything it was told and brought. */
export function Run() {
  const { id } = useParams({ from: '/data/runs/$id' });
  const asked = useQuery(runQuery(id));
  const run = asked.data;
  return (
    <Page
      title={id}
      docs="experiments"
      about={
        run === undefined ? (
          'A run with everything it was told and brought.'
        ) : (
          <>
            A run of{' '}
            <PageLink to="/data" search={{ tab: 'runs', experiment: run.experiment }} size="sm">
              {run.experiment}
            </PageLink>
            , {run.kind}.
          </>
        )
      }
      actions={run !== undefined && <Archive run={run} />}
    >
      <Loaded asked={asked} heightPx={520}>
        {(loaded) => <OfRun run={loaded} />}
      </Loaded>
    </Page>
  );
}

function OfRun({ run }: { run: RunDetails }) {
  const { metrics, dataset, result, parent, endedAt, startedAt } = run;
  const settings = Object.entries(run.settings);
  return (
    <Stack>
      {run.error !== null && (
        <Alert color="red" title={`It failed: ${run.error.code}`}>
          {run.error.message}
        </Alert>
      )}
      <Section title="What it was" actions={<StateBadge tone={RUN_STATES[run.state]}>{run.state}</StateBadge>}>
        <Facts
          facts={[
            ['Dataset', dataset === null ? '–' : <DatasetLink key="dataset" {...dataset} />],
            ['Model', result === null ? 'none' : <ToVersion key="model" {...result} />],
            ['Started', clock(startedAt)],
            ['Took', endedAt === null ? 'still running' : lasted(endedAt - startedAt)],
            ['By', run.actor],
            ['Seed', run.seed === null ? '–' : String(run.seed)],
            ['Code', run.codeVersion],
            ['Parent', parent === null ? 'none' : <ToRun key="parent" id={parent} />],
            ...(run.archivedAt === null ? [] : [['Archived', clock(run.archivedAt)] as [string, string]]),
          ]}
        />
        <RunTags run={run} />
      </Section>
      {metrics.gate !== undefined && (
        <Section
          title="Gate"
          actions={
            <StateBadge tone={metrics.gate.verdict === 'pass' ? 'good' : 'bad'}>
              {metrics.gate.verdict === 'pass' ? 'passed' : 'refused'}
            </StateBadge>
          }
        >
          {metrics.gate.reasons.length === 0 ? (
            'Every bound held.'
          ) : (
            <List size="sm">
              {metrics.gate.reasons.map(({ code, sentence }) => (
                <List.Item key={code}>{sentence}</List.Item>
              ))}
            </List>
          )}
        </Section>
      )}
      <RunMetrics metrics={metrics} />
      <Section title="Settings" about="What it was told.">
        {settings.length === 0 ? (
          'It was told nothing beyond its dataset.'
        ) : (
          <DataTable
            caption="Settings of the run"
            rows={settings}
            keyOf={([name]) => name}
            columns={[
              { key: 'name', title: 'Setting', isHeading: true, cell: ([name]) => name },
              {
                key: 'value',
                title: 'Value',
                cell: ([, value]) => <span style={{ overflowWrap: 'anywhere' }}>{shown(value)}</span>,
              },
            ]}
          />
        )}
      </Section>
      <RunFigures run={run} />
    </Stack>
  );
}

function Archive({ run }: { run: RunDetails }) {
  const queries = useQueryClient();
  const mayWrite = useMay('learning:write');
  const [isAsking, setAsking] = useState(false);
  if (!mayWrite || run.archivedAt !== null || run.state === 'running') return null;
  const archive = async () => {
    await answered(api.POST('/api/v1/runs/{id}/archive', { params: { path: { id: run.id } } }));
    await queries.invalidateQueries({ queryKey: ['runs'] });
  };
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        Archive
      </Button>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Archive ${run.id}?`}
        consequences="It leaves the list of runs, which shows it again with “Archived too”. Nothing is deleted, and it cannot be taken back from the archive."
        verb="Archive"
        act={archive}
      />
    </>
  );
}
