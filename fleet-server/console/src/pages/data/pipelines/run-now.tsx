import { Button, Checkbox, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import type { PipelineView } from '../queries.ts';

type Value = string | number | boolean;
type Parameter = PipelineView['spec']['parameters'][string];

/** Orders a run with its parameters. */
export function RunNow({ pipeline: { name, spec } }: { pipeline: PipelineView }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const [set, setSet] = useState<Record<string, Value>>({});
  const [noCache, setNoCache] = useState(false);
  const [dropped, setDropped] = useState<string>();
  const run = async () => {
    setDropped(undefined);
    const answer = await answered(
      api.POST('/api/v1/pipelines/{name}/runs', { params: { path: { name } }, body: { set, noCache } }),
    );
    await queries.invalidateQueries({ queryKey: ['pipelines'] });
    if ('run' in answer) await navigate({ to: '/data/pipeline-runs/$run', params: { run: answer.run.id } });
    else setDropped(answer.dropped);
  };
  const parameters = Object.entries(spec.parameters);
  return (
    <>
      <Button size="xs" leftSection={<Play size={14} aria-hidden />} onClick={() => setAsking(true)}>
        Run now
      </Button>
      {dropped !== undefined && (
        <Text size="sm" role="status">
          It was not started: {dropped}
        </Text>
      )}
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Run ${name} now?`}
        consequences={
          <Stack gap="xs">
            <Text size="sm">
              {spec.steps.length} steps: {spec.steps.map((step) => step.name).join(', ')}. It begins at the next look of
              the server.
            </Text>
            {parameters.map(([key, parameter]) => (
              <ParameterInput
                key={key}
                name={key}
                parameter={parameter}
                value={set[key]}
                onChange={(value) =>
                  setSet((old) => {
                    const { [key]: _before, ...others } = old;
                    return value === undefined ? others : { ...others, [key]: value };
                  })
                }
              />
            ))}
            <Checkbox
              label="Compute every step again, even those whose result is kept"
              checked={noCache}
              onChange={(event) => setNoCache(event.currentTarget.checked)}
            />
          </Stack>
        }
        verb="Run now"
        act={run}
      />
    </>
  );
}

/** @param value undefined: the default of the pipeline */
function ParameterInput({
  name,
  parameter: { type, default: usual, oneOf, description },
  value,
  onChange,
}: {
  name: string;
  parameter: Parameter;
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
}) {
  const about = { label: name, ...(description === undefined ? {} : { description }) };
  const placeholder = usual === undefined ? 'required' : `${String(usual)} (default)`;
  if (oneOf !== undefined || type === 'boolean') {
    const words: readonly Value[] = oneOf ?? [true, false];
    return (
      <Select
        {...about}
        placeholder={placeholder}
        clearable
        clearButtonProps={{ 'aria-label': `The default of ${name}` }}
        data={words.map(String)}
        value={value === undefined ? null : String(value)}
        onChange={(next) => onChange(words.find((word) => String(word) === next))}
      />
    );
  }
  if (type === 'string') {
    return (
      <TextInput
        {...about}
        placeholder={placeholder}
        maxLength={4000}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      />
    );
  }
  return (
    <NumberInput
      {...about}
      placeholder={placeholder}
      allowDecimal={type === 'number'}
      value={typeof value === 'number' ? value : ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
    />
  );
}
