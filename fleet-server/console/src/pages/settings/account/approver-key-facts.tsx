import { Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Copy, Download } from 'lucide-react';
import { fingerprintOf } from '@plumbline/shared/trust';
import { answered, api } from '../../../api/client.ts';
import type { BrowserKey } from '../../../approving/approver-key.ts';
import { linesOf } from '../../../approving/examine-draft.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { download } from '../../../parts/tables/csv.ts';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { Facts } from '../../../parts/values/facts.tsx';

/** What there is to know of a key, and what somebody with the offline keys has to do with it. */
export function ApproverKeyFacts({ me, held }: { me: string; held: BrowserKey }) {
  const { keyId, publicKey } = held;
  const lines = useQuery({ queryKey: ['approver-key', 'lines', keyId], queryFn: () => linesOf(keyId) });
  const kept = useQuery({
    queryKey: ['approver-key', 'kept'],
    queryFn: () => answered(api.GET('/api/v1/approver-keys')),
  });
  const mine = kept.data?.keys.find((one) => one.keyId === keyId);
  const file = `approver-${me}-${keyId.slice(0, 8)}.json`;
  const text = JSON.stringify(publicKey);
  return (
    <Stack>
      <Facts
        cols={3}
        facts={[
          ['Fingerprint', <b key="fingerprint">{fingerprintOf(keyId)}</b>],
          ['Kind', publicKey.type === 'ed25519' ? 'Ed25519' : 'ECDSA on P-256'],
          ['Where it is', mine?.label ?? '–'],
          ['Key id', <Code key="id">{keyId}</Code>],
          ['Public key', <Code key="public">{text}</Code>],
        ]}
      />
      {kept.data !== undefined && (mine === undefined || mine.removedAt !== null) && (
        <ProblemView problem="The server does not know this key as yours: give it up and make another one." />
      )}
      <Loaded asked={lines} heightPx={80}>
        {(known) => (
          <DataTable
            caption="Lines that the offline keys have delegated, as this browser has verified it"
            rows={known}
            keyOf={({ line }) => line}
            minWidth={420}
            columns={[
              { key: 'line', title: 'Line', isHeading: true, cell: ({ line }) => line },
              {
                key: 'state',
                title: 'This key',
                cell: ({ approves }) => (
                  <StateBadge tone={approves ? 'good' : 'waiting'}>
                    {approves ? 'approves it' : 'not named yet'}
                  </StateBadge>
                ),
              },
              {
                key: 'command',
                title: 'On the offline machine',
                cell: ({ line, approves }) => !approves && <Code>{commandFor(file, line)}</Code>,
              },
            ]}
          />
        )}
      </Loaded>
      <Text size="sm">
        Give the public key to whoever holds the offline keys, and read the fingerprint to them by another way. They run
        the command, and bring the new <Code>N.targets.json</Code> to <Code>STATE/keys/repository/metadata</Code> of the
        server, which reads it when it starts.
      </Text>
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<Download size={15} aria-hidden />}
          onClick={() => download(file, `${text}\n`, 'application/json')}
        >
          {file}
        </Button>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" leftSection={<Copy size={15} aria-hidden />} onClick={copy}>
              {copied ? 'Copied' : 'Copy the public key'}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}

function commandFor(file: string, line: string): string {
  return `plumbline keys approver add --public ${file} --line ${line} --keys keys --offline /mnt/a /mnt/b`;
}
