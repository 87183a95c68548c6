import { Card, Code, Text, Title } from '@mantine/core';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { DocsLink } from '../../../parts/page/page.tsx';
import { clock } from '../../../parts/values/time.tsx';
import type { ShownCard, Version } from '../model-of.ts';

const ROLES: Record<string, string> = { builder: 'sealed it', approver: 'approved it' };

interface Signer {
  role: string;
  /** Undefined: awaited. */
  keyId: string | undefined;
}

/** Two keys, two people: who sealed the release, who signed it, and what is still awaited. */
export function SignersPanel({ version, shown }: { version: Version; shown: ShownCard }) {
  const signers = shown.context.signers ?? [];
  const rows: Signer[] = ['builder', 'approver'].flatMap((role) => {
    const given: Signer[] = signers.filter((one) => one.role === role);
    return given.length > 0 ? given : [{ role, keyId: undefined }];
  });
  return (
    <Card withBorder>
      <Title order={2}>Who signed</Title>
      <Text size="sm" c="dimmed" mb="xs">
        Devices accept a release only with both signatures. Sealed {clock(version.createdAt)}
        {version.publishedAt === null ? '' : `, approved ${clock(version.publishedAt)}`}. <DocsLink page="keys" />
      </Text>
      <DataTable
        caption="Signatures of the release"
        rows={rows}
        keyOf={({ role, keyId }) => `${role}/${keyId ?? ''}`}
        columns={[
          { key: 'role', title: 'Role', isHeading: true, cell: ({ role }) => role },
          {
            key: 'state',
            title: 'State',
            cell: ({ role, keyId }) =>
              keyId === undefined ? (
                <StateBadge tone={version.state === 'refused' ? 'bad' : 'waiting'}>
                  {version.state === 'refused' ? 'refused' : 'awaited'}
                </StateBadge>
              ) : (
                <StateBadge tone="good">{ROLES[role] ?? 'signed'}</StateBadge>
              ),
          },
          {
            key: 'by',
            title: 'Key',
            cell: ({ keyId }) =>
              keyId === undefined ? (
                <Code>
                  plumbline approve {version.line}@{version.version}
                </Code>
              ) : (
                <Code title={keyId}>{keyId.slice(0, 16)}…</Code>
              ),
          },
        ]}
      />
    </Card>
  );
}
