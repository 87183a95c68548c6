import { Alert, Button, Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Download, Printer } from 'lucide-react';
import { answered, api } from '../../api/client.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { download, toCsv } from '../../parts/tables/csv.ts';
import { clock } from '../../parts/values/time.tsx';
import { VirtualTable } from '../../parts/tables/virtual-table.tsx';
import { counted } from '../../parts/values/figures.ts';
import { Section } from '../../parts/page/section.tsx';
import { Labels } from './labels.tsx';
import type { MadeToken } from './token-of.ts';

const HEADER = ['site', 'device', 'profile', 'tags', 'approval', 'code', 'expires'];
const PAGE = 500;

/** The codes of a list, to be taken away now: they are shown this once. */
export function MadeList({ tokens, onAnother }: { tokens: MadeToken[]; onAnother: () => void }) {
  const names = new Set(tokens.map(({ device }) => device));
  const arrived = useQuery({
    queryKey: ['devices', 'arrived', tokens[0]?.device, tokens.length],
    queryFn: () => arrivedOf(new Set(tokens.map(({ site }) => site)), names),
    refetchInterval: 15_000,
  });
  const rows = tokens.map(({ site, device, profile, tags, approval, code, expiresAt }) => [
    site,
    device,
    profile,
    tags.join(';'),
    approval,
    code,
    new Date(expiresAt).toISOString(),
  ]);
  const there = arrived.data;
  return (
    <Section
      title={counted(tokens.length, 'code')}
      about={`Good once each, until ${clock(tokens[0]?.expiresAt ?? 0)}.${there === undefined ? '' : ` ${there.size} of ${tokens.length} devices are there.`}`}
      actions={
        <>
          <Button
            leftSection={<Download size={15} aria-hidden />}
            onClick={() => download('enrolment-codes.csv', toCsv(HEADER, rows))}
          >
            CSV
          </Button>
          <Button variant="default" leftSection={<Printer size={15} aria-hidden />} onClick={() => window.print()}>
            Print labels
          </Button>
          <Button variant="light" onClick={onAnother}>
            Another list
          </Button>
        </>
      }
    >
      <Alert color="yellow" title="Take them now">
        Only hashes of the codes are kept: when this page is left they cannot be shown again. Whoever reads them can
        enrol; keep the file and the sheets as you keep keys.
      </Alert>
      <VirtualTable
        label="Codes"
        rows={tokens}
        keyOf={({ device }) => device}
        height={`${Math.min(26, 4 + 2.75 * tokens.length)}rem`}
        columns={[
          { key: 'device', title: 'Device', width: 'minmax(9rem, 1fr)', cell: ({ device }) => device },
          { key: 'site', title: 'Site', width: 'minmax(7rem, 1fr)', cell: ({ site }) => site },
          {
            key: 'state',
            title: 'State',
            width: '8rem',
            cell: ({ device }) =>
              there?.has(device) === true ? (
                <StateBadge tone="good">enrolled</StateBadge>
              ) : (
                <StateBadge tone="waiting">waited for</StateBadge>
              ),
          },
          {
            key: 'code',
            title: 'Code',
            width: 'minmax(12rem, 2fr)',
            cell: ({ code }) => (
              <Text size="xs" className="cell" title={code}>
                <Code>{code}</Code>
              </Text>
            ),
          },
        ]}
      />
      <Labels tokens={tokens} />
    </Section>
  );
}

/** Which of them have enrolled, site by site. */
async function arrivedOf(sites: ReadonlySet<string>, names: ReadonlySet<string>): Promise<Set<string>> {
  const found = new Set<string>();
  for (const site of sites) {
    for (let cursor: string | undefined; ;) {
      const query = { site, limit: PAGE, ...(cursor !== undefined && { cursor }) };
      const page: { devices: { id: string }[]; next: string | null } = await answered(
        api.GET('/api/v1/devices', { params: { query } }),
      );
      for (const { id } of page.devices) if (names.has(id)) found.add(id);
      if (page.next === null) break;
      cursor = page.next;
    }
  }
  return found;
}
