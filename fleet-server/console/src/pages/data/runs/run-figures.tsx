import { Anchor, Group, SimpleGrid, Text } from '@mantine/core';
import { size } from '../../../parts/values/figures.ts';
import { Section } from '../../../parts/page/section.tsx';
import type { RunDetails } from '../queries.ts';

const TITLES: Record<string, string> = {
  'accuracy.svg': 'Accuracy by algorithm',
  'calibration.svg': 'Calibration: predicted chance against how often it came true',
  'confusion.svg': 'Confusion of late and in time',
  'importance.svg': 'Importance of each feature',
  'importance-weight.svg': 'Weights of the model',
  'precision-recall.svg': 'Precision against recall',
  'roc.svg': 'ROC curve',
};

/** Drawings and files that a run left behind, as the server keeps them. */
export function RunFigures({ run: { id, artifacts } }: { run: RunDetails }) {
  const hrefOf = (name: string) => `/api/v1/runs/${encodeURIComponent(id)}/artifacts/${encodeURIComponent(name)}`;
  const drawings = artifacts.filter(({ mediaType }) => mediaType === 'image/svg+xml');
  if (artifacts.length === 0) return null;
  return (
    <Section title="Drawings and files">
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        {drawings.map(({ name }) => (
          <figure key={name} style={{ margin: 0 }}>
            <a href={hrefOf(name)} target="_blank" rel="noreferrer">
              {/* Drawn on white whatever the scheme: their own colours were chosen for it. */}
              <img
                src={hrefOf(name)}
                alt={titleOf(name)}
                loading="lazy"
                style={{ width: '100%', height: 380, objectFit: 'contain', background: 'white', borderRadius: 6 }}
              />
            </a>
            <Text component="figcaption" size="sm" c="dimmed">
              {titleOf(name)}
            </Text>
          </figure>
        ))}
      </SimpleGrid>
      <Group gap="md">
        {artifacts.map(({ name, sizeBytes }) => (
          <Anchor key={name} href={hrefOf(name)} target="_blank" rel="noreferrer" size="sm">
            {name} ({size(sizeBytes)})
          </Anchor>
        ))}
      </Group>
    </Section>
  );
}

function titleOf(name: string): string {
  return TITLES[name] ?? name.replace(/\.svg$/, '').replaceAll('-', ' ');
}
