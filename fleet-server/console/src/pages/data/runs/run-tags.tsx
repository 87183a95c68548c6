import { Button, CloseButton, Group, Pill, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import type { RunDetails } from '../queries.ts';

/** Tags, and a line to add one: `name=value`. */
export function RunTags({ run: { id, tags } }: { run: RunDetails }) {
  const queries = useQueryClient();
  const mayWrite = useMay('learning:write');
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const put = async (more: Record<string, string | null>) => {
    setProblem(undefined);
    try {
      await answered(api.POST('/api/v1/runs/{id}/tags', { params: { path: { id } }, body: { tags: more } }));
      await queries.invalidateQueries({ queryKey: ['runs'] });
      setTyped('');
    } catch (error) {
      setProblem(error);
    }
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    const at = typed.indexOf('=');
    const name = (at < 0 ? typed : typed.slice(0, at)).trim();
    if (name !== '') void put({ [name]: at < 0 ? '' : typed.slice(at + 1).trim() });
  };
  const entries = Object.entries(tags);
  if (!mayWrite && entries.length === 0) return null;
  return (
    <>
      <Group gap="xs">
        <Text size="xs" c="dimmed">
          Tags
        </Text>
        {entries.map(([name, value]) => (
          <Pill key={name} component="span">
            <Group gap={2} wrap="nowrap" component="span">
              {value === '' ? name : `${name}=${value}`}
              {mayWrite && (
                <CloseButton
                  size="xs"
                  aria-label={`Take off the tag ${name}`}
                  onClick={() => void put({ [name]: null })}
                />
              )}
            </Group>
          </Pill>
        ))}
        {mayWrite && (
          <form onSubmit={add}>
            <Group gap="xs">
              <TextInput
                aria-label="Tag to add"
                placeholder="name=value"
                size="xs"
                w={160}
                maxLength={320}
                value={typed}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
              <Button type="submit" size="xs" variant="default" disabled={typed.trim() === ''}>
                Add
              </Button>
            </Group>
          </form>
        )}
      </Group>
      {problem !== undefined && <ProblemView problem={problem} />}
    </>
  );
}
