import { Alert, Group, Skeleton, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Archive, Rocket } from 'lucide-react';
import { useServerNow } from '../../api/server-clock.ts';
import { useMay } from '../../api/session.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { Awaiting } from './awaiting.tsx';
import { trialsOf, type Version } from './model-of.ts';
import { cardQuery, versionQuery } from './model-queries.ts';
import { RunningCount } from './running-count.tsx';
import { CardPanel } from './version/card-panel.tsx';
import { DeprecateButton } from './version/deprecate-button.tsx';
import { FairnessPanel } from './version/fairness-panel.tsx';
import { FiguresPanel } from './version/figures-panel.tsx';
import { LineagePanel } from './version/lineage-panel.tsx';
import { SignersPanel } from './version/signers-panel.tsx';
import { TrialsPanel } from './version/trials-panel.tsx';
import { VariantsPanel } from './version/variants-panel.tsx';
import { stateOf } from './words.ts';
import { PageButton } from '../../parts/address/links.tsx';

const route = getRouteApi('/models/$line/$version');
const TABS = ['card', 'figures', 'fairness', 'shrinking', 'variants', 'lineage', 'signatures'] as const;

/** One version: what it is for, how good it is, how small it became, where it comes from and went. */
export function VersionPage() {
  const { line, version } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = useNavigate({ from: '/models/$line/$version' });
  const mayRoll = useMay('rollouts:write');
  const one = useQuery(versionQuery(line, version));
  const card = useQuery(cardQuery(line, version));
  const problem = one.error ?? card.error;
  const shown = TABS.find((name) => name === tab) ?? 'card';
  const { data } = one;
  return (
    <Page
      title={`${line}@${version}`}
      about={data === undefined ? 'A version of a model.' : <Heading version={data} />}
      docs="experiments"
      actions={
        data !== undefined && (
          <>
            {mayRoll && data.state === 'published' && data.deprecation === undefined && (
              <PageButton to="/rollouts/new" search={{ line, version }} leftSection={<Rocket size={15} aria-hidden />}>
                Roll it out
              </PageButton>
            )}
            <DeprecateButton version={data} />
          </>
        )
      }
    >
      {problem !== null && <ProblemView problem={problem} again={one.refetch} />}
      <Awaiting line={line} version={version} />
      {data?.deprecation !== undefined && (
        <Alert color="gray" icon={<Archive aria-hidden />} title="Out of use: nothing new begins with it">
          {data.deprecation.reason}
          {data.deprecation.replacedBy !== null && (
            <>
              {' '}
              <Link to="/models/$line/$version" params={{ line, version: data.deprecation.replacedBy }}>
                Use {data.deprecation.replacedBy}
              </Link>
              .
            </>
          )}{' '}
          Devices that run it go on.
        </Alert>
      )}
      {problem === null && (data === undefined || card.data === undefined) && (
        <Stack>
          <Skeleton height={38} />
          <Skeleton height={420} />
        </Stack>
      )}
      {data !== undefined && card.data !== undefined && (
        <Tabs
          value={shown}
          keepMounted={false}
          onChange={(next) => void navigate({ search: { tab: next ?? 'card' }, replace: true })}
        >
          <Tabs.List mb="md">
            <Tabs.Tab value="card">Card</Tabs.Tab>
            <Tabs.Tab value="figures">Figures</Tabs.Tab>
            <Tabs.Tab value="fairness">Fairness ({card.data.card.fairness.length})</Tabs.Tab>
            <Tabs.Tab value="shrinking">Shrinking ({trialsOf(data).length})</Tabs.Tab>
            <Tabs.Tab value="variants">Variants ({data.variants.length})</Tabs.Tab>
            <Tabs.Tab value="lineage">Lineage</Tabs.Tab>
            <Tabs.Tab value="signatures">Signatures</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="card">
            <CardPanel shown={card.data} />
          </Tabs.Panel>
          <Tabs.Panel value="figures">
            <FiguresPanel card={card.data.card} />
          </Tabs.Panel>
          <Tabs.Panel value="fairness">
            <FairnessPanel slices={card.data.card.fairness} />
          </Tabs.Panel>
          <Tabs.Panel value="shrinking">
            <TrialsPanel version={data} />
          </Tabs.Panel>
          <Tabs.Panel value="variants">
            <VariantsPanel version={data} />
          </Tabs.Panel>
          <Tabs.Panel value="lineage">
            <LineagePanel line={line} version={version} />
          </Tabs.Panel>
          <Tabs.Panel value="signatures">
            <SignersPanel version={data} shown={card.data} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}

function Heading({ version }: { version: Version }) {
  const now = useServerNow();
  const { tone, word } = stateOf(version);
  return (
    <Group gap="xs" component="span" display="inline-flex">
      <StateBadge tone={tone}>{word}</StateBadge>
      <Text span size="sm">
        {version.algorithm}, made <Ago at={version.createdAt} now={now} />
        {version.predecessor === null ? ', the first of its line' : `, follows ${version.predecessor}`} ·{' '}
        <RunningCount line={version.line} version={version.version} /> devices run it
      </Text>
    </Group>
  );
}
