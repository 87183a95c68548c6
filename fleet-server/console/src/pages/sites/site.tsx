import { Button, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { useServerNow } from '../../api/server-clock.ts';
import { useMay } from '../../api/session.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { Page } from '../../parts/page/page.tsx';
import { Ago, clock } from '../../parts/values/time.tsx';
import { Facts } from '../../parts/values/facts.tsx';
import { Loaded } from '../../parts/page/loaded.tsx';
import { Section } from '../../parts/page/section.tsx';
import { SiteActivities } from './activities/site-activities.tsx';
import { SiteActs } from './site-acts.tsx';
import { SiteDevices } from './site-devices.tsx';
import { SiteForm } from './site-form.tsx';
import { SITE_TONES, siteQuery, type SiteDetails } from './site-of.ts';
import { PageLink } from '../../parts/address/links.tsx';

const route = getRouteApi('/sites/$site');

/** One site: what is written of it, its devices and how far they are with leaving, what people there say. */
export function SitePage() {
  const { site: id } = route.useParams();
  const asked = useQuery({ ...siteQuery(id), retry: false });
  const mayWrite = useMay('sites:write');
  const [isEditing, setEditing] = useState(false);
  const site = asked.data;
  return (
    <Page
      title={id}
      about={
        <PageLink to="/sites" size="sm">
          All sites
        </PageLink>
      }
      docs="lifecycle"
      actions={
        mayWrite &&
        site !== undefined && (
          <>
            {site.state !== 'archived' && (
              <Button variant="default" leftSection={<Pencil size={15} aria-hidden />} onClick={() => setEditing(true)}>
                Edit
              </Button>
            )}
            <SiteActs site={site} />
          </>
        )
      }
    >
      <Loaded asked={asked} heightPx={420}>
        {(loaded) => (
          <Stack>
            <About site={loaded} />
            <SiteDevices site={loaded} />
            <SiteActivities key={loaded.id} site={loaded} />
          </Stack>
        )}
      </Loaded>
      {isEditing && site !== undefined && <SiteForm site={site} onClose={() => setEditing(false)} />}
    </Page>
  );
}

function About({ site }: { site: SiteDetails }) {
  const now = useServerNow();
  const { id, state, zone, region, costPerMb, gateway, note, revision, createdAt, closingAt, deadlineAt, closedAt } =
    site;
  return (
    <Section title="What is written of it">
      <Facts
        facts={[
          [
            'State',
            <StateBadge key="state" tone={SITE_TONES[state]}>
              {state}
            </StateBadge>,
          ],
          ['Time there now', clock(now, zone)],
          ['Time zone', zone],
          ['Region', region || '–'],
          ['Cost of a megabyte', costPerMb === null ? 'nobody knows' : costPerMb],
          ['Gateway for its tablets', gateway ?? 'none named'],
          ['In the register', revision === 0 ? 'no: devices only name it' : `revision ${revision}`],
          ['Since', createdAt === null ? '–' : clock(createdAt, zone)],
          ['Note', note || '–'],
          ...(closingAt === null
            ? []
            : ([
                ['Closing since', clock(closingAt, zone)],
                [
                  'Devices have time until',
                  <span key="deadline">
                    {deadlineAt === null ? '–' : clock(deadlineAt, zone)} (<Ago at={deadlineAt} now={now} zone={zone} />
                    )
                  </span>,
                ],
              ] as [string, React.ReactNode][])),
          ...(closedAt === null ? [] : ([['Archived', clock(closedAt, zone)]] as [string, React.ReactNode][])),
        ]}
      />
      <Group gap="md">
        <PageLink to="/devices" search={{ site: id }} size="sm">
          Its devices in the list
        </PageLink>
        <PageLink to="/alerts" search={{ q: id, state: 'all' }} size="sm">
          Its alerts
        </PageLink>
        <PageLink to="/audit" search={{ subject: `site:${id}` }} size="sm">
          Who did what to it
        </PageLink>
      </Group>
    </Section>
  );
}
