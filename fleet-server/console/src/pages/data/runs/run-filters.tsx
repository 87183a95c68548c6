import { Checkbox, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { given, oneOf } from '../../../parts/address/given.ts';
import { KINDS, STATES } from './words.ts';

const PAUSE_MS = 300;
const WORDS = { experiment: 'Experiment', line: 'Line', dataset: 'Dataset version' } as const;
type Word = keyof typeof WORDS;

export function RunFilters() {
  const search = useSearch({ from: '/data' });
  const navigate = useNavigate({ from: '/data' });
  const choose = (more: Partial<Record<Word | 'kind' | 'state' | 'archived', string | undefined>>) =>
    void navigate({ search: (old) => given({ ...old, ...more }), replace: true, resetScroll: false });
  return (
    <Group gap="sm" align="flex-end">
      {(Object.keys(WORDS) as Word[]).map((word) => (
        <WordFilter
          key={word}
          label={WORDS[word]}
          value={search[word] ?? ''}
          onChange={(text) => choose({ [word]: text === '' ? undefined : text })}
        />
      ))}
      <Select
        label="Kind"
        size="xs"
        w={120}
        placeholder="every kind"
        clearable
        clearButtonProps={{ 'aria-label': 'Every kind' }}
        data={[...KINDS]}
        value={oneOf(KINDS, search.kind) ?? null}
        onChange={(next) => choose({ kind: next ?? undefined })}
      />
      <Select
        label="State"
        size="xs"
        w={120}
        placeholder="every state"
        clearable
        clearButtonProps={{ 'aria-label': 'Every state' }}
        data={STATES}
        value={oneOf(STATES, search.state) ?? null}
        onChange={(next) => choose({ state: next ?? undefined })}
      />
      <Checkbox
        label="Archived too"
        size="xs"
        mb={8}
        checked={search.archived === 'true'}
        onChange={(event) => choose({ archived: event.currentTarget.checked ? 'true' : undefined })}
      />
    </Group>
  );
}

/** Whole words, as the server compares them; asked once typing pauses. */
function WordFilter({ label, value, onChange }: { label: string; value: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(value);
  const tell = useDebouncedCallback(onChange, PAUSE_MS);
  return (
    <TextInput
      label={label}
      size="xs"
      w={150}
      placeholder="every one"
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value.trim());
      }}
    />
  );
}
