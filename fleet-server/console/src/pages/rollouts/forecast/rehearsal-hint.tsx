import { Button, Card, Code, Group, Text, Title } from '@mantine/core';
import { Download } from 'lucide-react';
import { download } from '../../../parts/tables/csv.ts';
import { DocsLink } from '../../../parts/page/page.tsx';

export interface RehearsalHintProps {
  plan: Record<string, unknown>;
  line: string;
  version: string;
}

/** Plays on whoever's machine asks: the server has devices to serve. */
export function RehearsalHint({ plan, line, version }: RehearsalHintProps) {
  const file = `${line}-${version}-rollout.json`;
  return (
    <Card withBorder>
      <Title order={2}>Rehearse it first</Title>
      <Text size="sm" c="dimmed" mb="xs">
        Plays this very plan over simulated copies of these devices, with a release that is good, fails on a tenth, or
        is slow: does it stop in time? <DocsLink page="rehearsal" />
      </Text>
      <Group align="center">
        <Button
          variant="default"
          leftSection={<Download size={15} aria-hidden />}
          onClick={() => download(file, JSON.stringify(plan, null, 2), 'application/json')}
        >
          The plan as a file
        </Button>
        <Code>plumbline rehearse {file} --scenario failing-10-percent</Code>
      </Group>
    </Card>
  );
}
