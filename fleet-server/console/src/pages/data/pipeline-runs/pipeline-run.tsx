import { Alert, Button, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useServerNow } from '../../../api/server-clock.ts';
import { useMay } from '../../../api/session.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { Page } from '../../../parts/page/page.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { Facts } from '../../../parts/values/facts.tsx';
import { lasted, shown } from '../../../parts/values/figures.ts';
import { given } from '../../../parts/address/given.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { pipelineRunQuery, type PipelineRunView, type StepAttempt } from '../queries.ts';
import { Attempts } from './attempts.tsx';
import { PipelineGraph } from '../pipelines/pipeline-graph.tsx';
import { StepLog } from './step-log.tsx';
import { isUnderWay, RUN_TONES } from '../pipelines/words.ts';
import { PageLink } from '../../../parts/address/links.tsx';

const FOLLOW_MS = 3000;

/** One run of a pipeline, step by step, while it goes on. */
export function PipelineRun() {
  const { run } = useParams({ from: '/data/pipeline-runs/$run' });
  const asked = useQuery({
    ...pipelineRunQuery(run),
    refetchInterval: ({ state }) => (state.data !== undefined && isUnderWay(state.data.run) ? FOLLOW_MS : 60_000),
  });
  const pipeline = asked.data?.run.pipeline;
  return (
    <Page
      title={`Run ${run}`}
      docs="pipelines"
      about={
        pipeline === undefined ? (
          'A run of a pipeline.'
        ) : (
          <>
            A run of{' '}
            <PageLink to="/data/pipelines/$name" params={{ name: pipeline }} size="sm">
              {pipeline}
            </PageLink>
            .
          </>
        )
      }
      actions={asked.data !== undefined && <Cancel run={asked.data.run} />}
    >
      <Loaded asked={asked} heightPx={480}>
        {(details) => <OfRun {...details} />}
      </Loaded>
    </Page>
  );
}

function OfRun({ run, attempts }: { run: PipelineRunView; attempts: readonly StepAttempt[] }) {
  const { step } = useSearch({ from: '/data/pipeline-runs/$run' });
  const navigate = useNavigate({ from: '/data/pipeline-runs/$run' });
  const now = useServerNow(1000);
  const choose = (next: string | undefined) =>
    void navigate({ search: given({ step: next }), replace: true, resetScroll: false });
  const parameters = Object.entries(run.parameters);
  return (
    <Stack>
      {run.error !== null && (
        <Alert color="red" title={`It failed: ${run.error.code}`}>
          {run.error.message}
        </Alert>
      )}
      <Section
        title="Steps"
        about={run.note === '' ? undefined : run.note}
        actions={<StateBadge tone={RUN_TONES[run.state]}>{run.state}</StateBadge>}
      >
        <PipelineGraph
          steps={run.spec.steps}
          attempts={attempts}
          chosen={step}
          onChoose={(name) => choose(name === step ? undefined : name)}
        />
        <Facts
          facts={[
            ['Started by', run.cause.sentence],
            ['Ordered', clock(run.createdAt)],
            ['Took', run.startedAt === null ? 'not begun' : lasted((run.endedAt ?? now) - run.startedAt)],
            ['Commit', run.gitCommit ?? '–'],
            ['Parameters', parameters.map(([name, value]) => `${name} ${shown(value)}`).join(', ') || 'none'],
            ['Kept results', run.noCache ? 'not used' : 'used where inputs are the same'],
          ]}
        />
        <Attempts attempts={attempts} onChoose={choose} />
      </Section>
      <StepLog run={run.id} step={step} isFollowing={isUnderWay(run)} onAll={() => choose(undefined)} />
    </Stack>
  );
}

function Cancel({ run }: { run: PipelineRunView }) {
  const queries = useQueryClient();
  const mayWrite = useMay('learning:write');
  const [isAsking, setAsking] = useState(false);
  if (!mayWrite || !isUnderWay(run)) return null;
  const cancel = async () => {
    await answered(api.POST('/api/v1/pipeline-runs/{run}/cancel', { params: { path: { run: run.id } } }));
    await queries.invalidateQueries({ queryKey: ['pipelines'] });
  };
  return (
    <>
      <Button size="xs" color="red" variant="light" onClick={() => setAsking(true)}>
        Cancel the run
      </Button>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Cancel ${run.id}?`}
        consequences="It is over at once and what is being computed is given up. Results of steps that have ended are kept, so that another run need not compute them again."
        verb="Cancel the run"
        isDangerous
        act={cancel}
      />
    </>
  );
}
