import { Text } from '@mantine/core';
import { HardDrive } from 'lucide-react';
import { useServerNow } from '../../api/server-clock.ts';
import { useMay } from '../../api/session.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { DataTable } from '../../parts/tables/data-table.tsx';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { counted, whole } from '../../parts/values/figures.ts';
import { Section } from '../../parts/page/section.tsx';
import { END_WORDS, isGone, unsentOf, type SiteDetails } from './site-of.ts';
import { PageButton, PageLink } from '../../parts/address/links.tsx';

const ACTIVE = { tone: 'good', word: 'active', about: 'it may speak' } as const;

/** Its devices, what they still hold, and when the site closes, how far they have come. */
export function SiteDevices({ site: { id, state, zone, devices } }: { site: SiteDetails }) {
  const now = useServerNow();
  const mayEnrol = useMay('devices:enrol');
  const online = devices.filter((device) => device.online).length;
  const left = devices.filter((device) => !isGone(device));
  const held = left.reduce((sum, device) => sum + unsentOf(device), 0);
  const about =
    state === 'open'
      ? `${online} of ${devices.length} online; ${counted(held, 'row')} not sent yet.`
      : `${devices.length - left.length} of ${devices.length} have gone; ${counted(held, 'row')} not sent yet.`;
  return (
    <Section title="Devices" about={devices.length === 0 ? undefined : about}>
      {devices.length === 0 ? (
        <EmptyState icon={HardDrive} title="No device here">
          {state === 'open' && mayEnrol ? (
            <PageButton to="/devices/enrol" search={{ site: id }} variant="light">
              Enrol a device
            </PageButton>
          ) : (
            'Nobody enrols here any more.'
          )}
        </EmptyState>
      ) : (
        <DataTable
          caption={`Devices of ${id}`}
          rows={devices}
          keyOf={({ device }) => device}
          minWidth={720}
          columns={[
            {
              key: 'device',
              title: 'Device',
              isHeading: true,
              cell: ({ device }) => (
                <PageLink to="/devices/$device" params={{ device }} size="sm">
                  {device}
                </PageLink>
              ),
            },
            {
              key: 'online',
              title: 'Now',
              cell: (device) => (
                <StateBadge tone={device.online ? 'good' : 'quiet'}>{device.online ? 'online' : 'offline'}</StateBadge>
              ),
            },
            {
              key: 'seen',
              title: 'Last seen',
              cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} now={now} zone={zone} />,
            },
            {
              key: 'unsent',
              title: 'Rows not sent',
              align: 'right',
              cell: (device) => (
                <Text size="sm" title={device.unsent.map((one) => `${one.class}: ${one.rows}`).join(', ')}>
                  {whole(unsentOf(device))}
                </Text>
              ),
            },
            {
              key: 'end',
              title: state === 'open' ? 'Standing' : 'How far it is with leaving',
              cell: ({ end, reason }) => {
                const { tone, word, about: why } = state === 'open' && end === 'stays' ? ACTIVE : END_WORDS[end];
                return (
                  <>
                    <StateBadge tone={tone} title={why}>
                      {word}
                    </StateBadge>{' '}
                    <Text span size="sm" c="dimmed">
                      {reason ?? (state === 'open' ? '' : why)}
                    </Text>
                  </>
                );
              },
            },
          ]}
        />
      )}
    </Section>
  );
}
