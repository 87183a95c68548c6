import { Button, Group, Skeleton, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { countOf } from '../words.ts';
import type { Draft } from '../plan/draft.ts';
import { ForecastView } from '../forecast/forecast-view.tsx';
import { RehearsalHint } from '../forecast/rehearsal-hint.tsx';
import type { ForecastAsked } from '../forecast/use-forecast.ts';

export interface CheckStepProps {
  draft: Draft;
  plan: Record<string, unknown>;
  forecast: ForecastAsked;
  problem: unknown;
  onRefused: (problem: unknown) => void;
  onCreated: (id: string) => void;
}

/** What the plan would mean, and the two ways on: a draft, or a start. */
export function CheckStep({ draft, plan, forecast, problem, onRefused, onCreated }: CheckStepProps) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const create = async () => {
    const made = await answered(api.POST('/api/v1/rollouts', { body: plan }));
    await queries.invalidateQueries({ queryKey: ['rollouts'] });
    return made;
  };
  const createDraft = async () => {
    setBusy(true);
    try {
      onCreated((await create()).id);
    } catch (error) {
      onRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const createAndStart = async (reason: string) => {
    const made = await create();
    try {
      await answered(
        api.POST('/api/v1/rollouts/{id}/{order}', {
          params: { path: { id: made.id, order: 'start' } },
          body: { reason: reason === '' ? 'started in the console' : reason, expectedRevision: made.revision },
        }),
      );
    } finally {
      // The draft is there, started or not: its page says which.
      onCreated(made.id);
    }
  };
  const first = forecast.data?.stages[0];
  return (
    <Stack mt="md">
      {problem !== undefined && <ProblemView problem={problem} again={forecast.refetch} />}
      {forecast.isPending && forecast.error === null && <Skeleton height={360} />}
      {forecast.data !== undefined && <ForecastView forecast={forecast.data} />}
      <RehearsalHint plan={plan} line={draft.line} version={draft.version} />
      <Group justify="flex-end">
        <Button variant="default" loading={isBusy} onClick={() => void createDraft()}>
          Create as a draft
        </Button>
        <Button disabled={forecast.data === undefined} onClick={() => setAsking(true)}>
          Create and start
        </Button>
      </Group>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title="Start the rollout?"
        consequences={
          first === undefined
            ? ''
            : `Opens stage ${first.name}: ${countOf(first.devices, 'device')} of ${first.selected.toLocaleString('en')} selected, ${first.online.toLocaleString('en')} of them connected now, get ${draft.line}@${draft.version}. A stage that another person opens asks for that first.`
        }
        verb="Create and start"
        act={createAndStart}
      />
    </Stack>
  );
}
