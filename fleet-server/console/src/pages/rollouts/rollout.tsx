import { Alert, Group, Skeleton, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { MessageCircleQuestion } from 'lucide-react';
import { useServerNow } from '../../api/server-clock.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { RolloutActs } from './acts/rollout-acts.tsx';
import { GatePanel } from './board/gate-panel.tsx';
import { Members } from './board/members.tsx';
import { PlanView } from './board/plan-view.tsx';
import { StageBoard } from './board/stage-board.tsx';
import { Timeline } from './board/timeline.tsx';
import { TurnsPanel } from './board/turns-panel.tsx';
import { ForecastView } from './forecast/forecast-view.tsx';
import { forecastOfQuery, useRollout } from './rollout-queries.ts';
import type { RolloutDetails } from './rollout-of.ts';
import { stageSentence, statusWord } from './words.ts';

const route = getRouteApi('/rollouts/$id');
const TABS = ['board', 'devices', 'plan', 'forecast'] as const;

/** One rollout, live. */
export function RolloutPage() {
  const { id } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = useNavigate({ from: '/rollouts/$id' });
  const now = useServerNow(1000);
  const { data, error, refetch } = useRollout(id);
  const shown = TABS.find((one) => one === tab) ?? 'board';
  const title = data === undefined ? id : `${data.line}@${data.version}`;
  return (
    <Page
      title={title}
      about={data === undefined ? 'A rollout.' : <Heading rollout={data} now={now} />}
      docs="rollouts"
      actions={data !== undefined && <RolloutActs rollout={data} />}
    >
      {error !== null && <ProblemView problem={error} again={refetch} />}
      {data === undefined && error === null && (
        <Stack>
          <Skeleton height={38} />
          <Skeleton height={220} />
          <Skeleton height={260} />
        </Stack>
      )}
      {data !== undefined && (
        <>
          <Asking rollout={data} />
          <Tabs
            value={shown}
            onChange={(next) => void navigate({ search: { tab: next ?? 'board' }, replace: true })}
            keepMounted={false}
          >
            <Tabs.List mb="md">
              <Tabs.Tab value="board">Board</Tabs.Tab>
              <Tabs.Tab value="devices">Devices ({data.members.length.toLocaleString('en')})</Tabs.Tab>
              <Tabs.Tab value="plan">Plan</Tabs.Tab>
              <Tabs.Tab value="forecast">Forecast</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="board">
              <Stack>
                <StageBoard rollout={data} now={now} />
                <GatePanel rollout={data} now={now} />
                <TurnsPanel rollout={data} />
                <Timeline rollout={data} />
              </Stack>
            </Tabs.Panel>
            <Tabs.Panel value="devices">
              <Members rollout={data} now={now} />
            </Tabs.Panel>
            <Tabs.Panel value="plan">
              <PlanView rollout={data} />
            </Tabs.Panel>
            <Tabs.Panel value="forecast">
              <ForecastOf id={data.id} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </Page>
  );
}

function Heading({ rollout, now }: { rollout: RolloutDetails; now: number }) {
  const { tone, word } = statusWord(rollout.state);
  return (
    <Group gap="xs" component="span" display="inline-flex">
      <StateBadge tone={tone}>{word}</StateBadge>
      <Text span size="sm">
        {stageSentence(rollout)} · <Ago at={rollout.updatedAt} now={now} /> · {rollout.name ?? rollout.id} by{' '}
        {rollout.author.replace(/^user:/, '')} ·{' '}
        <Link
          to="/models/$line/$version"
          params={{ line: rollout.line, version: rollout.version }}
          style={{ color: 'inherit' }}
        >
          the version
        </Link>
      </Text>
    </Group>
  );
}

/** What it wants of a person, or why it stands. */
function Asking({ rollout: { state, plan, author } }: { rollout: RolloutDetails }) {
  if (state.status === 'awaiting-approval') {
    const next = plan.stages[state.stageStatus === 'passed' ? state.stage + 1 : Math.max(0, state.stage)];
    return (
      <Alert color="yellow" icon={<MessageCircleQuestion aria-hidden />} title="Waits for an approval">
        Another person than {author.replace(/^user:/, '')} has to open the stage
        {next === undefined ? '' : ` ${next.name}`}.
      </Alert>
    );
  }
  if (!state.asks && state.reason === '') return null;
  return (
    <Alert
      color={state.asks ? 'orange' : 'gray'}
      icon={<MessageCircleQuestion aria-hidden />}
      title={state.asks ? 'It cannot decide by itself and asks a person' : 'Why it stands'}
    >
      {state.reason === '' ? 'See the timeline for what it could not decide.' : state.reason}
    </Alert>
  );
}

function ForecastOf({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(forecastOfQuery(id));
  if (error !== null) return <ProblemView problem={error} again={refetch} />;
  return data === undefined ? <Skeleton height={320} /> : <ForecastView forecast={data} />;
}
