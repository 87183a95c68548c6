import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Binary } from 'lucide-react';
import { ApiProblem } from '../../../api/problem.ts';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Page } from '../../../parts/page/page.tsx';
import { counted, day, percent, whole } from '../../../parts/values/figures.ts';
import { given } from '../../../parts/address/given.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { VersionSelect } from '../line/drift-line.tsx';
import { FindingsTable } from '../line/findings-table.tsx';
import { NothingCounted } from '../line/performance.tsx';
import { findingsQuery, reportQuery, type DriftReport } from '../queries.ts';
import { BinsChart } from './bins-chart.tsx';
import { shareOfDifference } from './difference.ts';
import { EffectChart } from './effect-chart.tsx';
import { SiteShares } from './site-shares.tsx';
import { PageLink } from '../../../parts/address/links.tsx';

const NEWEST = 8;

/** One feature: how it lies now against training, since when, and which sites brought it. */
export function DriftFeature() {
  const { line, feature } = useParams({ from: '/drift/$line/$feature' });
  const { version } = useSearch({ from: '/drift/$line/$feature' });
  const navigate = useNavigate({ from: '/drift/$line/$feature' });
  const asked = useQuery(reportQuery(line, version));
  return (
    <Page
      title={feature}
      docs="drift"
      about={
        <>
          A feature of{' '}
          <PageLink to="/drift/$line" params={{ line }} size="sm">
            {line}
          </PageLink>
          {asked.data === undefined ? '' : `@${asked.data.version}`}.
        </>
      }
      actions={
        <VersionSelect
          line={line}
          value={version}
          onChange={(next) => void navigate({ search: given({ version: next }), replace: true })}
        />
      }
    >
      {asked.error instanceof ApiProblem && asked.error.code === 'nothing_counted' ? (
        <NothingCounted line={line} />
      ) : (
        <Loaded asked={asked} heightPx={520}>
          {(report) => <OfReport report={report} feature={feature} />}
        </Loaded>
      )}
    </Page>
  );
}

function OfReport({ report, feature }: { report: DriftReport; feature: string }) {
  const { line, version, now, reference } = report;
  const bins = report.features.find(({ name }) => name === feature);
  const findings = useQuery({
    ...findingsQuery(line, { version }),
    select: (all) => all.filter(({ subject }) => subject === feature),
  });
  if (bins === undefined) {
    return (
      <EmptyState icon={Binary} title={`${line}@${version} counts no feature of this name`}>
        Private features are counted nowhere.{' '}
        <PageLink to="/drift/$line" params={{ line }} search={{ tab: 'features' }}>
          All features of {line}
        </PageLink>
      </EmptyState>
    );
  }
  const difference = shareOfDifference(bins.reference, bins.now);
  return (
    <Stack>
      <Section
        title="Training against now"
        about={`${counted(now.predictions, 'prediction')} of ${day(now.from)} … ${day(now.to)} against ${whole(reference?.rows)} rows of training; ${percent(difference, 0)} lie in other bins.${bins.seasonal ? ' This feature follows the calendar: it is shown and never an alarm.' : ''}`}
      >
        <BinsChart bins={bins} />
      </Section>
      <Section
        title="Effect over time"
        about="The effect of each look at the whole fleet, and where a change point was found, with the interval in which it likely lies."
      >
        <Loaded asked={findings} heightPx={240}>
          {(all) => <EffectChart feature={feature} findings={all} />}
        </Loaded>
      </Section>
      <SiteShares report={report} bins={bins} findings={findings.data ?? []} />
      {findings.data !== undefined && findings.data.length > 0 && (
        <Section title="Newest findings">
          <FindingsTable line={line} findings={findings.data.slice(0, NEWEST)} />
        </Section>
      )}
    </Stack>
  );
}
