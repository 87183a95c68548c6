import { Accordion, Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Copy, Download } from 'lucide-react';
import { answered, api } from '../../../api/client.ts';
import { useServerNow } from '../../../api/server-clock.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { download } from '../../../parts/tables/csv.ts';
import { DocsLink } from '../../../parts/page/page.tsx';
import { Ago } from '../../../parts/values/time.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { toYaml } from '../../../parts/values/yaml.ts';

/** Policies of rollouts, as files say them. */
export function Policies({
  chosen,
  onOpen,
}: {
  chosen: string | undefined;
  onOpen: (name: string | undefined) => void;
}) {
  const now = useServerNow();
  const asked = useQuery({ queryKey: ['policies'], queryFn: () => answered(api.GET('/api/v1/policies')) });
  return (
    <Section
      title="Policies of rollouts"
      about={
        <>
          What a rollout takes over when it names one: stages, gates, windows. They are kept as files and put in force
          by <code>plumbline apply FILE</code>; with <code>--dry-run</code> it says what would change.{' '}
          <DocsLink page="declared" />
        </>
      }
    >
      <Loaded asked={asked} heightPx={220}>
        {({ policies }) => (
          <Accordion
            variant="contained"
            value={chosen ?? null}
            onChange={(name) => onOpen(name ?? undefined)}
            order={3}
          >
            {policies.map(({ name, spec, isBuiltIn, revision, updatedAt, updatedBy }) => {
              const file = toYaml({ kind: 'Policy', name, spec });
              return (
                <Accordion.Item key={name} value={name}>
                  <Accordion.Control>
                    <Group gap="xs">
                      <Text fw={600}>{name}</Text>
                      <StateBadge tone={isBuiltIn ? 'quiet' : 'good'}>
                        {isBuiltIn ? 'came with the program' : `revision ${revision}`}
                      </StateBadge>
                      <Text size="sm" c="dimmed">
                        {spec.stages?.length ?? 0} stages{spec.description === undefined ? '' : `: ${spec.description}`}
                      </Text>
                    </Group>
                  </Accordion.Control>
                  <Accordion.Panel>
                    <Group justify="space-between" mb="xs">
                      <Text size="sm" c="dimmed">
                        {updatedAt === null ? (
                          'It stays as it is; a policy of another name may differ.'
                        ) : (
                          <>
                            Written <Ago at={updatedAt} now={now} /> by {updatedBy?.replace(/^user:/, '')}
                          </>
                        )}
                      </Text>
                      <Group gap="xs">
                        <CopyButton value={file}>
                          {({ copied, copy }) => (
                            <Button
                              size="compact-sm"
                              variant="default"
                              leftSection={<Copy size={13} aria-hidden />}
                              onClick={copy}
                            >
                              {copied ? 'Copied' : 'Copy'}
                            </Button>
                          )}
                        </CopyButton>
                        <Button
                          size="compact-sm"
                          variant="default"
                          leftSection={<Download size={13} aria-hidden />}
                          onClick={() => download(`${name}.yaml`, file, 'application/yaml')}
                        >
                          YAML
                        </Button>
                      </Group>
                    </Group>
                    <Code block fz="xs" tabIndex={0} role="region" aria-label={`${name} as YAML`}>
                      {file}
                    </Code>
                  </Accordion.Panel>
                </Accordion.Item>
              );
            })}
          </Accordion>
        )}
      </Loaded>
    </Section>
  );
}
