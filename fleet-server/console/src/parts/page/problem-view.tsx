import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { ApiProblem } from '../../api/problem.ts';

/** A refusal with its code, what was expected, and a way on. */
export function ProblemView({ problem, again }: { problem: unknown; again?: () => unknown }) {
  const about = problem instanceof ApiProblem ? problem : undefined;
  const expected = about?.expected?.replace(/^expected /, '');
  const sentence = problem instanceof Error ? problem.message : String(problem);
  return (
    <Alert
      color="red"
      icon={<CircleAlert aria-hidden />}
      title={sentence}
      role="alert"
      // A sentence may repeat what somebody typed, however long a word it is.
      styles={{ title: { overflowWrap: 'anywhere' }, label: { overflow: 'visible' } }}
    >
      <Stack gap="xs" align="flex-start">
        {about?.field !== undefined && expected !== undefined && !sentence.includes(expected) && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {about.field}: expected {expected}
          </Text>
        )}
        <Group gap="xs">
          {about !== undefined && <Code>{about.code}</Code>}
          {again !== undefined && (
            <Button size="compact-sm" variant="default" onClick={() => void again()}>
              Try again
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
