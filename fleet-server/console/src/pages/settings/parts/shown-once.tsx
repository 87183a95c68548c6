import { Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { Copy } from 'lucide-react';
import type { ReactNode } from 'react';

export interface Secret {
  title: string;
  about: ReactNode;
  value: string;
}

/** A secret in the one answer that holds it. It closes only by its button, which says what that means. */
export function ShownOnce({ secret: { title, about, value }, onClose }: { secret: Secret; onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      size="lg"
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <Stack>
        <Text size="sm" component="div">
          {about}
        </Text>
        <Code block fz="sm" data-testid="secret" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {value}
        </Code>
        <Text size="sm" c="dimmed">
          It is shown this once: only its hash is kept, and nobody can look it up again.
        </Text>
        <Group justify="flex-end">
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <Button variant="default" leftSection={<Copy size={15} aria-hidden />} onClick={copy} data-autofocus>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>I have it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
