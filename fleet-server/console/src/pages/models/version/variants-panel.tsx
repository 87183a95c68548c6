import { Card, Code, Stack, Text, Title } from '@mantine/core';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { sizeOf } from '../../rollouts/words.ts';
import { trialsOf, type Variant, type Version } from '../model-of.ts';
import { shortHash } from '../words.ts';

/** The bundles of a version: what each needs, how it travels, and which profiles get it. */
export function VariantsPanel({ version }: { version: Version }) {
  const chosen = new Map(trialsOf(version).map(({ variant, chosenFor }) => [variant, chosenFor]));
  const codecs = ['none', 'deflate', 'brotli'] as const;
  const profiles = profilesOf(version.variants, chosen);
  return (
    <Stack>
      <Card withBorder>
        <Title order={2} mb="xs">
          Variants
        </Title>
        <DataTable
          caption="Variants and what travels of them"
          minWidth={900}
          rows={version.variants}
          keyOf={({ variant }) => variant}
          columns={[
            {
              key: 'variant',
              title: 'Variant',
              isHeading: true,
              cell: ({ variant, recipe }) => `${variant} (${recipe})`,
            },
            { key: 'model', title: 'Model', align: 'right', cell: ({ modelBytes }) => sizeOf(modelBytes) },
            { key: 'archive', title: 'Bundle', align: 'right', cell: ({ archiveBytes }) => sizeOf(archiveBytes) },
            ...codecs.map((codec) => ({
              key: codec,
              title: codec === 'none' ? 'Travels plain' : `As ${codec}`,
              align: 'right' as const,
              cell: ({ payloads }: Variant) => {
                const one = payloads.find((payload) => payload.codec === codec);
                return one === undefined ? '–' : sizeOf(one.length);
              },
            })),
            { key: 'needs', title: 'Needs', cell: needsOf },
            {
              key: 'hash',
              title: 'SHA-256 of the bundle',
              cell: ({ archive }) => <Code title={archive}>{shortHash(archive)}</Code>,
            },
          ]}
        />
      </Card>
      <Card withBorder>
        <Title order={2} mb="xs">
          By profile
        </Title>
        {profiles.length === 0 ? (
          <Text size="sm">The variant fits every profile whose engine has its operators.</Text>
        ) : (
          <DataTable
            caption="What each firmware profile gets"
            rows={profiles}
            keyOf={({ profile }) => profile}
            columns={[
              { key: 'profile', title: 'Profile', isHeading: true, cell: ({ profile }) => profile },
              { key: 'variant', title: 'Gets', cell: ({ variant }) => variant.variant },
              { key: 'size', title: 'Smallest payload', align: 'right', cell: ({ variant }) => smallest(variant) },
            ]}
          />
        )}
      </Card>
    </Stack>
  );
}

function profilesOf(variants: readonly Variant[], chosen: ReadonlyMap<string, readonly string[]>) {
  const rows = variants.flatMap((variant) => {
    const named = variant.profiles.length > 0 ? variant.profiles : (chosen.get(variant.variant) ?? []);
    return named.map((profile) => ({ profile, variant }));
  });
  return rows.toSorted((a, b) => a.profile.localeCompare(b.profile));
}

function smallest({ payloads }: Variant): string {
  const [least] = payloads.toSorted((a, b) => a.length - b.length);
  return least === undefined ? '–' : `${sizeOf(least.length)} as ${least.codec}`;
}

function needsOf({ needs }: Variant) {
  const opsets = Object.entries(needs.opsets).map(([domain, version]) => `${domain} ${version}`);
  const memory = needs.memoryMb === undefined ? [] : [`${needs.memoryMb} MB of memory`];
  return (
    <span title={needs.operators.join(', ')}>
      {[...opsets, ...memory, `${needs.operators.length} operators`].join(', ')}
    </span>
  );
}
