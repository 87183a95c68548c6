import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { BookOpen } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';

export interface PageProps {
  title: string;
  /** What this page answers, in one sentence. */
  about?: ReactNode;
  /** Page of the documentation that explains the words used here, such as `rollouts`. */
  docs?: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** Title, what to do, and what there is. */
export function Page({ title, about, docs, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Plumbline`;
  }, [title]);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" wrap="wrap">
        <div>
          <Title order={1}>{title}</Title>
          {about !== undefined && (
            <Text c="dimmed" size="sm" component="div">
              {about} {docs !== undefined && <DocsLink page={docs} />}
            </Text>
          )}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** A page of shared/docs, as this server serves it. */
export function DocsLink({ page, children }: { page: string; children?: ReactNode }) {
  return (
    <Anchor href={`/docs/${page}`} target="_blank" rel="noreferrer" size="sm" underline="always">
      <BookOpen size={13} aria-hidden style={{ verticalAlign: '-2px' }} /> {children ?? 'How this works'}
    </Anchor>
  );
}
