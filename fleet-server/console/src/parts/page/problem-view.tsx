import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { ApiProblem } from '../../api/problem.ts';

/** A refusal with its code, what was expected, and a way on. */
export function ProblemView({ problem, again }: { problem: unknown; again?: () => unknown }) {
  const about = problem instanceof ApiProblem ? problem : undefined;
  const sentence = problem instanceof Error ? problem.message : String(problem);
  return (
    <Alert color="red" icon={<CircleAlert aria-hidden />} title={sentence} role="alert">
      <Stack gap="xs" align="flex-start">
        {about?.field !== undefined && (
          <Text size="sm">
            {about.field}
            {about.expected === undefined ? '' : `: expected ${about.expected.replace(/^expected /, '')}`}
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
