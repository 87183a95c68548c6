import { Code } from '@mantine/core';
import type { Examination } from '../../../approving/examine-draft.ts';
import { Section } from '../../../parts/page/section.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { StateBadge } from '../../../parts/values/badge.tsx';

/** Every bundle that this signature adds, each fetched and held against its hash and its seal. */
export function Bundles({ examined: { reading, bundles } }: { examined: Examination }) {
  const rows = [...reading.released, ...reading.ticket];
  if (rows.length === 0) return null;
  const saidBy = new Map(bundles.map((one) => [one.path, one]));
  return (
    <Section
      title="Bundles"
      about="Fetched by this browser: hash, length, seal and names hold. Golden rows are run by plumbline approve, not here."
    >
      <DataTable
        caption="Bundles that become installable"
        rows={rows}
        keyOf={({ path }) => path}
        minWidth={880}
        columns={[
          { key: 'path', title: 'Path', isHeading: true, cell: ({ path }) => <Code>{path}</Code> },
          { key: 'version', title: 'Version', cell: ({ version, counter }) => `${version}, counter ${counter}` },
          {
            key: 'gate',
            title: 'Quality gate',
            cell: ({ path }) => <GateBadge origin={saidBy.get(path)?.origin} gate={saidBy.get(path)?.gate ?? null} />,
          },
          {
            key: 'golden',
            title: 'Golden rows',
            align: 'right',
            cell: ({ path }) => saidBy.get(path)?.goldenRows ?? 0,
          },
          { key: 'size', title: 'Bytes', align: 'right', cell: ({ sizeBytes }) => sizeBytes.toLocaleString('en') },
          {
            key: 'sha256',
            title: 'SHA-256',
            cell: ({ sha256 }) => <Code style={{ overflowWrap: 'anywhere' }}>{sha256}</Code>,
          },
        ]}
      />
    </Section>
  );
}

function GateBadge({ origin, gate }: { origin: string | undefined; gate: string | null }) {
  if (gate === 'pass') return <StateBadge tone="good">passed</StateBadge>;
  if (gate !== null) return <StateBadge tone="bad">{gate}</StateBadge>;
  return <StateBadge tone="unknown">{origin === 'imported' ? 'imported: none' : 'none'}</StateBadge>;
}
