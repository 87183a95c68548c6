import { Card, Checkbox, NumberInput, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { DocsLink } from '../../../parts/page/page.tsx';
import type { GateDraft } from './draft.ts';
import { useFieldProblem } from './field-problem.tsx';
import { GATES, type GateKind } from './gate-words.ts';
import type { PlanStepProps } from './plan-step.tsx';

const SUFFIX = { share: ' %', factor: ' ×', score: '', count: '' } as const;

/** Which numbers stop the rollout, and at which limits. */
export function GateFields({ draft, change }: PlanStepProps) {
  return (
    <Card withBorder>
      <Title order={2}>Gates of all stages</Title>
      <Text size="sm" c="dimmed" mb="sm">
        A gate stops by its confidence bound, not by its number alone. <DocsLink page="gates" />
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {GATES.map((kind) => (
          <GateField
            key={kind.name}
            kind={kind}
            gate={draft.gates[kind.name] ?? { isOn: false, limit: kind.usual, rest: {} }}
            change={(gate) => change({ gates: { ...draft.gates, [kind.name]: gate } })}
          />
        ))}
      </SimpleGrid>
    </Card>
  );
}

function GateField({ kind, gate, change }: { kind: GateKind; gate: GateDraft; change: (gate: GateDraft) => void }) {
  const problem = useFieldProblem(`gates.${kind.name}`);
  return (
    <Stack gap={4}>
      {kind.isAlways ? (
        <Text size="sm" fw={500}>
          {kind.label}
        </Text>
      ) : (
        <Checkbox
          label={kind.label}
          checked={gate.isOn}
          onChange={(event) => change({ ...gate, isOn: event.currentTarget.checked })}
        />
      )}
      <NumberInput
        aria-label={`${kind.label}: limit`}
        description={kind.about}
        inputWrapperOrder={['input', 'description', 'error']}
        suffix={SUFFIX[kind.unit]}
        disabled={!gate.isOn}
        value={gate.limit}
        error={problem}
        clampBehavior="none"
        onChange={(limit) => change({ ...gate, limit })}
      />
    </Stack>
  );
}
