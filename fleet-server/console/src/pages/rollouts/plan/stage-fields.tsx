import {
  ActionIcon,
  Badge,
  Card,
  Checkbox,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  TextInput,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react';
import { answered, api } from '../../../api/client.ts';
import { useSelectorPreview } from './selector-preview.ts';
import type { StageDraft } from './draft.ts';
import { useFieldProblem } from './field-problem.tsx';
import { gatesSentence } from './gate-words.ts';
import { SelectionCount } from './selection-count.tsx';

export interface StageFieldsProps {
  stage: StageDraft;
  index: number;
  count: number;
  change: (part: Partial<StageDraft>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

export function StageFields({ stage, index, count, change, onMove, onRemove }: StageFieldsProps) {
  const groups = useQuery({ queryKey: ['devices', 'groups'], queryFn: () => answered(api.GET('/api/v1/groups')) });
  const preview = useSelectorPreview(stage.selector);
  const problems = useStageProblems(index);
  const own = gatesSentence(stage.gates);
  const named = stage.name === '' ? `stage ${index + 1}` : stage.name;
  return (
    <Card withBorder component="section" aria-label={`Stage ${index + 1}`}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h3">
          Stage {index + 1}
        </Title>
        <Group gap={4}>
          <ActionIcon
            variant="subtle"
            disabled={index === 0}
            onClick={() => onMove(-1)}
            aria-label={`Move ${named} up`}
          >
            <ArrowUp size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            disabled={index === count - 1}
            onClick={() => onMove(1)}
            aria-label={`Move ${named} down`}
          >
            <ArrowDown size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="red"
            disabled={count === 1}
            onClick={onRemove}
            aria-label={`Remove ${named}`}
          >
            <Trash2 size={16} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
        <TextInput
          label="Name"
          required
          maxLength={64}
          value={stage.name}
          error={problems.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Select
          label="Group"
          placeholder="Any"
          clearable
          searchable
          data={groups.data?.groups.map(({ name }) => name) ?? []}
          value={stage.group === '' ? null : stage.group}
          error={problems.group}
          onChange={(group) => change({ group: group ?? '' })}
        />
        <NumberInput
          label="Size"
          required
          value={stage.size}
          error={problems.size}
          min={0}
          clampBehavior="none"
          onChange={(size) => change({ size })}
        />
        <Select
          label="Counted in"
          data={[
            { value: 'percent', label: '% of those selected' },
            { value: 'count', label: 'devices' },
          ]}
          allowDeselect={false}
          value={stage.sizeKind}
          onChange={(kind) => change({ sizeKind: kind === 'count' ? 'count' : 'percent' })}
        />
      </SimpleGrid>
      <TextInput
        mt="sm"
        label="Selector"
        description={
          'Such as: tag = canary, or region = north and lastSeen < 2d. Empty: every device, or the whole group'
        }
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        maxLength={2000}
        value={stage.selector}
        error={problems.selector ?? preview.problem}
        onChange={(event) => change({ selector: event.currentTarget.value })}
      />
      <SelectionCount
        preview={preview.data}
        isSelector={stage.selector.trim() !== ''}
        group={groups.data?.groups.find(({ name }) => name === stage.group)}
      />
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 5 }} mt="sm">
        <TextInput
          label="Soak"
          description="90s, 15m, 24h, 7d"
          value={stage.soak}
          error={problems.soak}
          onChange={(event) => change({ soak: event.currentTarget.value })}
        />
        <TextInput
          label="Deadline"
          description="then it asks a person"
          value={stage.deadline}
          error={problems.deadline}
          onChange={(event) => change({ deadline: event.currentTarget.value })}
        />
        <NumberInput
          label="Surely below, %"
          description="failures, to pass; or empty"
          value={stage.sureBelow}
          error={problems.gates}
          min={0}
          max={100}
          clampBehavior="none"
          onChange={(sureBelow) => change({ sureBelow })}
        />
        <NumberInput
          label="Devices an hour"
          description="at most; empty: any"
          value={stage.perHour}
          error={problems.perHour}
          min={1}
          clampBehavior="none"
          onChange={(perHour) => change({ perHour })}
        />
        <NumberInput
          label="Devices under way"
          description="at most; empty: any"
          value={stage.underWay}
          error={problems.underWay}
          min={1}
          clampBehavior="none"
          onChange={(underWay) => change({ underWay })}
        />
      </SimpleGrid>
      <Group mt="sm">
        <Checkbox
          label="Another person opens it"
          checked={stage.isOpenedByPerson}
          onChange={(event) => change({ isOpenedByPerson: event.currentTarget.checked })}
        />
        {own !== 'none' && (
          <Badge variant="light" color="gray" tt="none" fw={500}>
            own gates: {own}
          </Badge>
        )}
      </Group>
    </Card>
  );
}

function useStageProblems(index: number) {
  const at = `stages.${index}`;
  return {
    name: useFieldProblem(`${at}.name`),
    group: useFieldProblem(`${at}.group`),
    selector: useFieldProblem(`${at}.selector`),
    size: useFieldProblem(`${at}.size`),
    soak: useFieldProblem(`${at}.soak`),
    deadline: useFieldProblem(`${at}.deadline`),
    gates: useFieldProblem(`${at}.gates`),
    perHour: useFieldProblem(`${at}.perHour`),
    underWay: useFieldProblem(`${at}.underWay`),
  };
}
