import { Card, Radio, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { policiesQuery } from '../rollout-queries.ts';
import { draftOf, type Draft } from './draft.ts';
import { useFieldProblem } from './field-problem.tsx';
import { gatesSentence } from './gate-words.ts';
import { OwnPlan } from './own-plan.tsx';

export interface PlanStepProps {
  draft: Draft;
  change: (next: Partial<Draft>) => void;
}

/** By a policy as it is, or stage by stage. */
export function PlanStep({ draft, change }: PlanStepProps) {
  const { data, error, refetch } = useQuery(policiesQuery);
  const problem = useFieldProblem('policy');
  const policies = data?.policies ?? [];
  const chosen = policies.find(({ name }) => name === draft.policy);
  const hasStages = chosen?.spec.stages !== undefined;
  return (
    <Stack mt="md">
      {error !== null && <ProblemView problem={error} again={refetch} />}
      <Card withBorder>
        <Radio.Group
          label="How"
          value={draft.way}
          onChange={(way) => {
            const isFirstOwn = way === 'own' && draft.stages.length === 0 && chosen !== undefined;
            change({ way: way as Draft['way'], ...(isFirstOwn && stagesOf(chosen)) });
          }}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="policy" label="By a policy, as it is" />
            <Radio value="own" label="By a plan of its own" />
          </Stack>
        </Radio.Group>
        <Select
          mt="md"
          maw={420}
          label={draft.way === 'policy' ? 'Policy' : 'Begin from a policy'}
          description={
            draft.way === 'policy'
              ? undefined
              : 'Fills in its stages, gates, window and freeze dates: what stands below is replaced'
          }
          required={draft.way === 'policy'}
          allowDeselect={draft.way !== 'policy'}
          placeholder="None"
          error={problem}
          data={policies.map(({ name, isBuiltIn }) => ({
            value: name,
            label: isBuiltIn ? `${name} (built in)` : name,
          }))}
          value={draft.policy === '' ? null : draft.policy}
          onChange={(name) => {
            const policy = policies.find((one) => one.name === name);
            change({ policy: name ?? '', ...(draft.way === 'own' && policy !== undefined && stagesOf(policy)) });
          }}
        />
        {chosen !== undefined && draft.way === 'policy' && (
          <Text size="sm" c="dimmed" mt="xs">
            {chosen.spec.description} Gates: {gatesSentence(chosen.spec.gates ?? {})}.
            {hasStages ? '' : ' It names no stages: write a plan of its own.'}
          </Text>
        )}
      </Card>
      {draft.way === 'own' && <OwnPlan draft={draft} change={change} />}
    </Stack>
  );
}

function stagesOf({ spec }: { spec: Parameters<typeof draftOf>[0] }): Partial<Draft> {
  const { stages, gates, gateRest, window, freezes, onFailure, settings } = draftOf(spec);
  return { gates, gateRest, window, freezes, onFailure, settings, ...(stages.length > 0 && { stages }) };
}
