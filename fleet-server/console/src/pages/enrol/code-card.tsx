import { Alert, Box, Button, Code, CopyButton, Group, List, Stack, Text } from '@mantine/core';
import { Copy, Printer } from 'lucide-react';
import { useServerNow } from '../../api/server-clock.ts';
import { Ago } from '../../parts/values/time.tsx';
import { Section } from '../../parts/page/section.tsx';
import { Arrival } from './arrival.tsx';
import { Labels } from './labels.tsx';
import { Qr } from './qr.tsx';
import { commandOf, type MadeToken } from './token-of.ts';

/** The code as an installer needs it: to scan, to read out, to type, to stick on. It is shown this once. */
export function CodeCard({ token, onAnother }: { token: MadeToken; onAnother: () => void }) {
  const { site, device, code, expiresAt, approval } = token;
  const now = useServerNow(1000);
  const command = commandOf(token);
  return (
    <Stack>
      <Section
        title={`The code of ${device}`}
        about={
          <>
            Good once, for {device} at {site}; it ends <Ago at={expiresAt} now={now} />. It is shown this once: only its
            hash is kept.
          </>
        }
        actions={
          <>
            <Button variant="default" leftSection={<Printer size={15} aria-hidden />} onClick={() => window.print()}>
              Print a label
            </Button>
            <Button variant="light" onClick={onAnother}>
              Another device
            </Button>
          </>
        }
      >
        <Group align="flex-start" gap="lg" wrap="wrap">
          <Qr text={code} label={`QR code of ${device}`} size="220px" />
          <Stack gap="sm" style={{ flex: '1 1 24rem', minWidth: 0 }}>
            <Text
              fz="lg"
              fw={600}
              ff="monospace"
              data-testid="code"
              style={{ overflowWrap: 'anywhere', lineHeight: 1.5 }}
            >
              {code}
            </Text>
            <Group gap="xs">
              <CopyIt label="Copy the code" text={code} />
              <CopyIt label="Copy the command" text={command} />
            </Group>
            <List size="sm" type="ordered" spacing={6}>
              <List.Item>
                Take the code to the device: the square holds the same text, for any camera that reads QR codes.
              </List.Item>
              <List.Item>
                On a gateway: <Code style={{ overflowWrap: 'anywhere' }}>node plumbline-agent.mjs enrol CODE</Code>,
                with the code for CODE; the button above copies all of it.
              </List.Item>
              {approval === 'required' && (
                <List.Item>The device shows a fingerprint. Compare it below, and let the device in.</List.Item>
              )}
            </List>
          </Stack>
        </Group>
        {expiresAt <= now && (
          <Alert color="orange" title="The code has ended">
            Make another one: nothing was enrolled with it if no device is named below.
          </Alert>
        )}
      </Section>
      <Box aria-live="polite">
        <Arrival token={token} />
      </Box>
      <Labels tokens={[token]} />
    </Stack>
  );
}

function CopyIt({ label, text }: { label: string; text: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button size="compact-sm" variant="default" leftSection={<Copy size={13} aria-hidden />} onClick={copy}>
          {copied ? 'Copied' : label}
        </Button>
      )}
    </CopyButton>
  );
}
