import { Button, Group, Skeleton, Stepper } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../../../api/session.ts';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Page } from '../../../parts/page/page.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { ShieldAlert } from 'lucide-react';
import { rolloutQuery } from '../rollout-queries.ts';
import { CheckStep } from './check-step.tsx';
import { draftOf, emptyDraft, type Draft } from '../plan/draft.ts';
import { FieldProblems } from '../plan/field-problem.tsx';
import { forgetDraft, keepDraft, keptDraft } from './kept-draft.ts';
import { planOf } from '../plan/plan-of-draft.ts';
import { PlanStep } from '../plan/plan-step.tsx';
import { ReleaseStep } from './release-step.tsx';
import { useForecast } from '../forecast/use-forecast.ts';

const route = getRouteApi('/rollouts/new');
const STEPS = ['release', 'plan', 'check'] as const;

/** Writes a rollout down: which release, how, and what it would mean. */
export function NewRollout() {
  const { from, line, version } = route.useSearch();
  const mayWrite = useMay('rollouts:write');
  const copied = useQuery({ ...rolloutQuery(from ?? ''), enabled: from !== undefined, refetchInterval: false });
  if (!mayWrite) {
    return (
      <Page title="New rollout">
        <EmptyState icon={ShieldAlert} title="Your role may not write rollouts">
          An operator can; an admin gives roles in Settings.
        </EmptyState>
      </Page>
    );
  }
  if (copied.error !== null) return <ProblemView problem={copied.error} again={copied.refetch} />;
  if (from !== undefined && copied.data === undefined) return <Skeleton height={400} />;
  const first =
    copied.data === undefined
      ? line === undefined
        ? (keptDraft() ?? emptyDraft())
        : emptyDraft(line, version)
      : draftOf(copied.data.plan as Parameters<typeof draftOf>[0]);
  return <Wizard first={first} />;
}

function Wizard({ first }: { first: Draft }) {
  const { step } = route.useSearch();
  const navigate = useNavigate({ from: '/rollouts/new' });
  const [draft, setDraft] = useState(first);
  const [refusal, setRefusal] = useState<unknown>();
  const hasRelease = draft.line !== '' && draft.version !== '';
  const active = hasRelease
    ? Math.max(
        0,
        STEPS.findIndex((one) => one === step),
      )
    : 0;
  const plan = planOf(draft);
  const forecast = useForecast(plan, active === 2);
  const change = (next: Partial<Draft>) => {
    setRefusal(undefined);
    setDraft((before) => {
      const after = { ...before, ...next };
      keepDraft(after);
      return after;
    });
  };
  const go = (index: number) => void navigate({ search: (before) => ({ ...before, step: STEPS[index] ?? 'release' }) });
  const problem = refusal ?? forecast.error ?? undefined;
  return (
    <Page
      title="New rollout"
      about="Nothing moves before it is started. The same plan as a file goes to plumbline rollouts create."
      docs="rollouts"
    >
      <FieldProblems problem={problem}>
        <Stepper active={active} onStepClick={go} allowNextStepsSelect={hasRelease} size="sm">
          <Stepper.Step label="Release" description="which version">
            <ReleaseStep draft={draft} change={change} />
          </Stepper.Step>
          <Stepper.Step label="Plan" description="stages and gates">
            <PlanStep draft={draft} change={change} />
          </Stepper.Step>
          <Stepper.Step label="Check" description="forecast, then start">
            <CheckStep
              draft={draft}
              plan={plan}
              forecast={forecast}
              problem={problem}
              onRefused={setRefusal}
              onCreated={(id) => {
                forgetDraft();
                void navigate({ to: '/rollouts/$id', params: { id } });
              }}
            />
          </Stepper.Step>
        </Stepper>
        {active < 2 && problem !== undefined && <ProblemView problem={problem} />}
        <Group justify="space-between">
          <Button variant="default" disabled={active === 0} onClick={() => go(active - 1)}>
            Back
          </Button>
          {active < 2 && (
            <Button disabled={!hasRelease} onClick={() => go(active + 1)}>
              {active === 0 ? 'On to the plan' : 'Check it'}
            </Button>
          )}
        </Group>
      </FieldProblems>
    </Page>
  );
}
