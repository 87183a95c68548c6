import { Button, Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { Confirm } from '../../parts/dialogs/confirm.tsx';
import type { DeviceDetails } from '../devices/device-of.ts';
import { siteQuery } from '../sites/site-of.ts';

type Act = 'quarantine' | 'release' | 'revoke' | 'retire' | 'stay';

interface Asked {
  title: string;
  verb: string;
  consequences: string;
  isDangerous?: boolean;
}

/** What a person may do to one device, each with what follows from it. */
export function DeviceActs({ device: { id, site, standing, online, report } }: { device: DeviceDetails }) {
  const queries = useQueryClient();
  // The device itself says so only once it has heard of it.
  const end = useQuery(siteQuery(site)).data?.devices.find(({ device }) => device === id)?.end;
  const may = useMay('devices:write');
  const [act, setAct] = useState<Act>();
  if (!may || standing === 'revoked') return null;
  const asked: Record<Act, Asked> = {
    quarantine: {
      title: `Quarantine ${id}?`,
      verb: 'Quarantine it',
      consequences: `It is ${online ? 'cut off now' : 'shut out when it returns'}: its telemetry is refused and nothing is given to it. It goes on predicting with what it has. A person releases it.`,
    },
    release: {
      title: `Release ${id}?`,
      verb: 'Release it',
      consequences: 'It may connect again, sends what it kept meanwhile, and takes part in rollouts.',
    },
    revoke: {
      title: `Revoke ${id} for good?`,
      verb: 'Revoke it',
      isDangerous: true,
      consequences:
        'Its certificate never counts again. What it has not sent is lost, unless it is retired first. This cannot be taken back: the hardware enrols anew under a new code.',
    },
    retire: {
      title: `Retire ${id}?`,
      verb: 'Retire it',
      isDangerous: true,
      consequences: online
        ? 'It hands over everything it holds, then wipes its models and its identity.'
        : 'It is offline: when it returns it hands over everything it holds, then wipes its models and its identity.',
    },
    stay: {
      title: `Keep ${id}?`,
      verb: 'Keep it',
      consequences: 'The order to leave is taken back; a device that has wiped itself already has to enrol anew.',
    },
  };
  const run = async (what: Act, reason: string) => {
    if (what === 'retire' || what === 'stay') {
      await answered(api.POST(`/api/v1/devices/{id}/${what}`, { params: { path: { id } }, body: { reason } }));
    } else {
      await answered(
        api.POST('/api/v1/devices/{id}/{order}', { params: { path: { id, order: what } }, body: { reason } }),
      );
    }
    await queries.invalidateQueries({ queryKey: ['devices'] });
    await queries.invalidateQueries({ queryKey: ['sites'] });
  };
  const isLeaving = report?.retired !== undefined || end === 'told' || end === 'silent' || end === 'draining';
  const acts: Act[] = [standing === 'quarantined' ? 'release' : 'quarantine', isLeaving ? 'stay' : 'retire', 'revoke'];
  return (
    <Group gap="xs">
      {acts.map((one) => (
        <Button
          key={one}
          size="compact-md"
          variant={asked[one].isDangerous === true ? 'light' : 'default'}
          color={asked[one].isDangerous === true ? 'red' : 'steel'}
          onClick={() => setAct(one)}
        >
          {asked[one].verb}
        </Button>
      ))}
      {act !== undefined && (
        <Confirm
          opened
          onClose={() => setAct(undefined)}
          {...asked[act]}
          needsReason
          act={(reason) => run(act, reason)}
        />
      )}
    </Group>
  );
}
