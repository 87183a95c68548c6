import { Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { StateBadge } from '../../../parts/values/badge.tsx';
import type { PlanStage, RolloutState } from '../rollout-of.ts';
import { countOf, span, STAGE_TONES, type StageStatus } from '../words.ts';
import type { StageCounts } from './stage-board.tsx';

export interface StageColumnProps {
  stage: PlanStage;
  index: number;
  state: RolloutState;
  status: StageStatus;
  counts: StageCounts | undefined;
  selected: number | undefined;
  /** Devices it would have drawn when the rollout was written down. */
  foreseen: number | undefined;
  now: number;
}

export function StageColumn({ stage, index, state, status, counts, selected, foreseen, now }: StageColumnProps) {
  const isOpen = index === state.stage;
  const total = counts === undefined ? 0 : Object.values(counts).reduce((sum, count) => sum + count, 0);
  const exposed = counts === undefined ? 0 : total - counts.waiting;
  return (
    <Card component="li" withBorder padding="sm" aria-current={isOpen ? 'step' : undefined} shadow={isOpen ? 'sm' : ''}>
      <Stack gap={8} h="100%">
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Title order={2} size="h3" style={{ overflowWrap: 'anywhere' }}>
            {index + 1}. {stage.name}
          </Title>
          <StateBadge tone={STAGE_TONES[status]}>{status}</StateBadge>
        </Group>
        <Text size="xs" c="dimmed">
          {sizeWord(stage)} {whoWord(stage)}
        </Text>
        {total > 0 && counts !== undefined ? (
          <Bar counts={counts} total={total} />
        ) : (
          <Text size="sm" c="dimmed">
            {foreseen === undefined ? 'Not opened.' : `Not opened; would draw ${countOf(foreseen, 'device')}.`}
          </Text>
        )}
        <dl
          className="tabular"
          style={{ margin: 0, display: 'grid', gridTemplateColumns: '1fr auto', rowGap: 2, fontSize: 13 }}
        >
          <Row label="Selected" value={selected} />
          <Row label="Drawn" value={total === 0 ? undefined : total} />
          <Row label="Exposed" value={total === 0 ? undefined : exposed} />
          <Row label="Proven" value={counts?.proven} />
          <Row label="Failed" value={counts?.failed} />
          <Row label="Under way" value={counts?.['under way']} />
          <Row label="Waiting" value={counts?.waiting} />
          {counts !== undefined && counts['sent back'] > 0 && <Row label="Sent back" value={counts['sent back']} />}
        </dl>
        <Text size="xs" c="dimmed" mt="auto">
          {clockWord(stage, state, isOpen, now)}
        </Text>
      </Stack>
    </Card>
  );
}

function Row({ label, value }: { label: string; value: number | undefined }) {
  return (
    <>
      <dt>{label}</dt>
      <dd style={{ margin: 0, textAlign: 'right' }}>{value === undefined ? '–' : value.toLocaleString('en')}</dd>
    </>
  );
}

function Bar({ counts, total }: { counts: StageCounts; total: number }) {
  const parts = [
    ['proven', 'teal'],
    ['failed', 'red'],
    ['under way', 'steel'],
    ['sent back', 'gray'],
  ] as const;
  return (
    <Progress.Root size="md" role="img" aria-label={parts.map(([word]) => `${counts[word]} ${word}`).join(', ')}>
      {parts.map(([word, color]) => (
        <Progress.Section key={word} value={(100 * counts[word]) / total} color={color} withAria={false} />
      ))}
    </Progress.Root>
  );
}

function sizeWord({ size }: PlanStage): string {
  return 'percent' in size ? `${size.percent} % of` : `${size.count} of`;
}

function whoWord({ group, selector }: PlanStage): string {
  if (group !== undefined && selector !== undefined) return `group ${group} and ${selector}`;
  if (group !== undefined) return `group ${group}`;
  return selector ?? 'every device';
}

/** How long it still soaks, or has until it asks a person. */
function clockWord(stage: PlanStage, state: RolloutState, isOpen: boolean, now: number): string {
  const opens = stage.approval === 'required' ? 'a person opens it · ' : '';
  const plan = `${opens}soak ${span(stage.soak)} · deadline ${span(stage.deadline)}`;
  if (!isOpen || state.status === 'completed') return plan;
  if (state.status !== 'running') return `${plan} · stands still`;
  if (state.stageStatus === 'soaking') {
    const left = state.since + stage.soak - now;
    return left > 0 ? `soaks for ${span(left)} more, of ${span(stage.soak)}` : 'soaked; the next look goes on';
  }
  if (state.stageStatus === 'running') {
    const left = state.openedAt + stage.deadline - now;
    return left > 0
      ? `${span(left)} until its deadline · soak ${span(stage.soak)}`
      : 'past its deadline: asks a person';
  }
  return plan;
}
