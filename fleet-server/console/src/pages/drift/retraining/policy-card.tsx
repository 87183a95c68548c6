import { Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { FileCog } from 'lucide-react';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { DocsLink } from '../../../parts/page/page.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { Facts } from '../../../parts/values/facts.tsx';
import { counted, figure } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { ToDataset } from '../../../parts/address/to-page.tsx';
import { policiesQuery, type RetrainPolicy } from '../queries.ts';
import { WritePolicy } from './write-policy.tsx';

const MODES: Record<RetrainPolicy['spec']['mode'], string> = {
  off: 'off: nothing opens a turn',
  examine: 'examine: says what it found and does nothing',
  release: 'release: submits a better candidate for approval',
  rollout: 'rollout: submits, and rolls out what is approved',
};

/** When a line is retrained, and how far that goes by itself. */
export function PolicyCard({ line }: { line: string }) {
  const asked = useQuery({ ...policiesQuery, select: (all) => all.find((one) => one.line === line) ?? null });
  return (
    <Section
      title="Policy"
      about={<DocsLink page="retraining">How retraining works</DocsLink>}
      actions={asked.data !== undefined && <WritePolicy line={line} policy={asked.data} />}
    >
      <Loaded asked={asked}>
        {(policy) =>
          policy === null ? (
            <EmptyState icon={FileCog} title="This line has no policy">
              Nothing retrains it. Write one here: the dataset, and what opens a turn. Or put a file:{' '}
              <Code>plumbline retrain policy put FILE</Code>
            </EmptyState>
          ) : (
            <Policy policy={policy} />
          )
        }
      </Loaded>
    </Section>
  );
}

function Policy({ policy: { spec, revision, updatedAt, updatedBy } }: { policy: RetrainPolicy }) {
  return (
    <>
      <Facts
        facts={[
          ['Mode', MODES[spec.mode]],
          ['Opens a turn', causesOf(spec).join('; ') || 'only a person'],
          ['Dataset', <ToDataset key="dataset" reference={spec.dataset} />],
          ['Rollout policy', spec.rolloutPolicy || '–'],
          ['Cool-down', counted(spec.coolDownDays, 'day')],
          ['For each year', `${counted(spec.perYear, 'turn')}, ${counted(spec.retrainingsPerYear, 'new model')}`],
          ['Asks for', `${counted(spec.minimumLabels, 'new outcome')}`],
          ['Data windows', spec.windows.join(', ')],
          ['Least gain of Brier', figure(spec.minimumGain, 4)],
          ['Tolerance after drift', figure(spec.tolerance, 4)],
          ['Limit of a slice', figure(spec.sliceLimit, 4)],
          ['Seed', String(spec.seed)],
        ]}
      />
      <Text size="xs" c="dimmed">
        Revision {revision}, by {updatedBy.replace(/^user:/, '')}, {clock(updatedAt)}
      </Text>
    </>
  );
}

function causesOf({ on }: RetrainPolicy['spec']): string[] {
  return [
    ...(on.drift === undefined ? [] : [`drift (${on.drift.kinds.join(', ')})`]),
    ...(on.loss?.realised === true ? ['a loss that outcomes show'] : []),
    ...(on.loss?.estimated === true ? ['a loss that scores show'] : []),
    ...(on.everyDays === undefined ? [] : [`every ${counted(on.everyDays, 'day')}`]),
    ...(on.newLabels === undefined ? [] : [counted(on.newLabels, 'new outcome')]),
  ];
}
