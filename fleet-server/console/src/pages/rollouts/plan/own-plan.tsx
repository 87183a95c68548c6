import { Button, Card, Checkbox, Group, NumberInput, Radio, Stack, Switch, TextInput, Title } from '@mantine/core';
import { CalendarPlus, Plus, Trash2 } from 'lucide-react';
import { emptyStage, nextKey, WEEKDAYS, type Draft, type StageDraft } from './draft.ts';
import { useFieldProblem } from './field-problem.tsx';
import { GateFields } from './gate-fields.tsx';
import type { PlanStepProps } from './plan-step.tsx';
import { StageFields } from './stage-fields.tsx';

const MOST_STAGES = 20;

/** Stages, gates, hours and failure policy of a plan that is written here. */
export function OwnPlan({ draft, change }: PlanStepProps) {
  const { stages } = draft;
  const set = (next: StageDraft[]) => change({ stages: next });
  const move = (index: number, by: number) => {
    const next = [...stages];
    const [one] = next.splice(index, 1);
    if (one !== undefined) next.splice(index + by, 0, one);
    set(next);
  };
  return (
    <Stack>
      {stages.map((stage, index) => (
        <StageFields
          key={stage.key}
          stage={stage}
          index={index}
          count={stages.length}
          change={(part) => set(stages.map((one) => (one.key === stage.key ? { ...one, ...part } : one)))}
          onMove={(by) => move(index, by)}
          onRemove={() => set(stages.filter(({ key }) => key !== stage.key))}
        />
      ))}
      <Group>
        <Button
          variant="default"
          leftSection={<Plus size={15} aria-hidden />}
          disabled={stages.length >= MOST_STAGES}
          onClick={() => set([...stages, emptyStage(`stage-${stages.length + 1}`)])}
        >
          Add a stage
        </Button>
      </Group>
      <GateFields draft={draft} change={change} />
      <Hours draft={draft} change={change} />
    </Stack>
  );
}

function Hours({ draft, change }: PlanStepProps) {
  const { window, freezes, onFailure, priority } = draft;
  const from = useFieldProblem('window.from');
  const until = useFieldProblem('window.until');
  const days = useFieldProblem('window.days');
  const priorityProblem = useFieldProblem('priority');
  const freezeProblem = useFieldProblem('freezes');
  const setWindow = (part: Partial<Draft['window']>) => change({ window: { ...window, ...part } });
  return (
    <Card withBorder>
      <Title order={2} mb="xs">
        Hours, and what a failure does
      </Title>
      <Stack>
        <Switch
          label="Only within a window, by the clock of each site"
          checked={window.isOn}
          onChange={(event) => setWindow({ isOn: event.currentTarget.checked })}
        />
        {window.isOn && (
          <Group align="flex-end">
            <TextInput
              type="time"
              label="From"
              required
              value={window.from}
              error={from}
              onChange={(event) => setWindow({ from: event.currentTarget.value })}
            />
            <TextInput
              type="time"
              label="Until"
              required
              value={window.until}
              error={until}
              onChange={(event) => setWindow({ until: event.currentTarget.value })}
            />
            <Checkbox.Group
              label="On the days"
              value={window.days}
              error={days}
              onChange={(next) => setWindow({ days: WEEKDAYS.filter((one) => next.includes(one)) })}
            >
              <Group gap="sm" mt={6}>
                {WEEKDAYS.map((one) => (
                  <Checkbox key={one} value={one} label={one} />
                ))}
              </Group>
            </Checkbox.Group>
          </Group>
        )}
        {freezes.map((freeze, index) => {
          const set = (part: Partial<typeof freeze>) =>
            change({ freezes: freezes.map((one) => (one.key === freeze.key ? { ...one, ...part } : one)) });
          return (
            <Group key={freeze.key} align="flex-end">
              <TextInput
                type="date"
                label={`Freeze ${index + 1}, first day`}
                required
                value={freeze.from}
                error={freezeProblem}
                onChange={(event) => set({ from: event.currentTarget.value })}
              />
              <TextInput
                type="date"
                label="Last day"
                required
                value={freeze.until}
                onChange={(event) => set({ until: event.currentTarget.value })}
              />
              <TextInput
                label="Reason"
                maxLength={200}
                value={freeze.reason}
                onChange={(event) => set({ reason: event.currentTarget.value })}
              />
              <Button
                variant="subtle"
                c="red"
                leftSection={<Trash2 size={14} aria-hidden />}
                onClick={() => change({ freezes: freezes.filter(({ key }) => key !== freeze.key) })}
              >
                Remove freeze {index + 1}
              </Button>
            </Group>
          );
        })}
        <Group>
          <Button
            variant="default"
            leftSection={<CalendarPlus size={15} aria-hidden />}
            onClick={() => change({ freezes: [...freezes, { key: nextKey(), from: '', until: '', reason: '' }] })}
          >
            Add freeze dates
          </Button>
        </Group>
        <Radio.Group
          label="When a gate fails"
          value={onFailure}
          onChange={(next) => change({ onFailure: next as Draft['onFailure'] })}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="pause" label="Pause: nothing more is given out, and a person decides" />
            <Radio value="revert" label="Revert: every device that was given the release goes back" />
          </Stack>
        </Radio.Group>
        <NumberInput
          label="Priority"
          description="Of two rollouts that want the same device and line, the higher one has it; 0 to 100"
          value={priority}
          error={priorityProblem}
          min={0}
          max={100}
          clampBehavior="none"
          maw={420}
          onChange={(next) => change({ priority: next })}
        />
      </Stack>
    </Card>
  );
}
