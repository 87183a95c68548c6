import { Button, NumberInput, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { useServerNow } from '../../api/server-clock.ts';
import { Confirm } from '../../parts/dialogs/confirm.tsx';
import { FormDialog } from '../../parts/dialogs/form-dialog.tsx';
import { counted } from '../../parts/values/figures.ts';
import { isGone, unsentOf, type SiteDetails } from './site-of.ts';

const DEFAULT_DAYS = 14;

type Act = 'close' | 'reopen' | 'archive';

/** Closing, opening again, and the archive, each with what follows from it. */
export function SiteActs({ site }: { site: SiteDetails }) {
  const { id, state, deadlineAt, devices } = site;
  const queries = useQueryClient();
  const now = useServerNow();
  const [act, setAct] = useState<Act>();
  const [days, setDays] = useState<number | string>(DEFAULT_DAYS);
  const leave = () => setAct(undefined);
  const path = { params: { path: { site: id } } };
  const done = async () => {
    await queries.invalidateQueries({ queryKey: ['sites'] });
    await queries.invalidateQueries({ queryKey: ['devices'] });
  };
  const left = devices.filter((device) => !isGone(device));
  const active = left.filter(({ end }) => end !== 'quarantined');
  const offline = active.filter((device) => !device.online);
  const held = left.reduce((sum, device) => sum + unsentOf(device), 0);
  const isOver = deadlineAt !== null && now >= deadlineAt;
  if (state === 'archived') return null;
  return (
    <>
      {state === 'open' && (
        <Button color="red" variant="light" onClick={() => setAct('close')}>
          Close the site
        </Button>
      )}
      {state === 'closing' && (
        <>
          <Button variant="default" onClick={() => setAct('reopen')}>
            Open it again
          </Button>
          <Button color="red" variant="light" disabled={left.length > 0 && !isOver} onClick={() => setAct('archive')}>
            Archive it
          </Button>
        </>
      )}
      {act === 'close' && (
        <FormDialog
          title={`Close ${id}?`}
          verb={`Close the site`}
          isDangerous
          isReady={typeof days === 'number'}
          about={
            <Stack gap="xs">
              <Text size="sm">
                {counted(active.length, 'device')} {active.length === 1 ? 'is' : 'are'} told to hand over what{' '}
                {active.length === 1 ? 'it holds' : 'they hold'} ({counted(held, 'row')} known), then to wipe models and
                identity. {offline.length === 0 ? '' : `${offline.length} offline will follow when they return. `}
                {left.length > active.length
                  ? `${left.length - active.length} quarantined ${left.length - active.length === 1 ? 'is' : 'are'} told nothing: a person looks at them first. `
                  : ''}
              </Text>
              <Text size="sm">
                Codes for this site open nothing any more, and rollouts leave it out. It is archived by itself when its
                last device has gone. Its data stay.
              </Text>
            </Stack>
          }
          act={async () => {
            await answered(api.POST('/api/v1/sites/{site}/close', { ...path, body: { days: Number(days) } }));
            await done();
          }}
          onClose={leave}
        >
          {(faultOf) => (
            <NumberInput
              label="Days its devices have to hand over"
              description="After that a person may archive it over those that have not answered"
              min={0}
              max={365}
              value={days}
              onChange={setDays}
              error={faultOf('days')}
            />
          )}
        </FormDialog>
      )}
      {act === 'reopen' && (
        <Confirm
          opened
          onClose={leave}
          title={`Open ${id} again?`}
          consequences={`${counted(left.length, 'device')} that ${left.length === 1 ? 'has' : 'have'} not handed over yet ${left.length === 1 ? 'stays' : 'stay'}. ${counted(devices.length - left.length, 'device')} that ${devices.length - left.length === 1 ? 'has' : 'have'} gone enrol anew, under other names.`}
          verb="Open it again"
          act={async () => {
            await answered(api.POST('/api/v1/sites/{site}/reopen', path));
            await done();
          }}
        />
      )}
      {act === 'archive' && (
        <Confirm
          opened
          onClose={leave}
          title={`Archive ${id} for good?`}
          consequences={
            left.length === 0
              ? 'Every device has gone. Its data stay and can be exported; nobody enrols here again.'
              : `${counted(left.length, 'device')} did not answer by the deadline: ${left.length === 1 ? 'it is' : 'they are'} revoked for good, and ${held === 0 ? 'what they hold, which nobody knows,' : `${counted(held, 'row')} known, and what they made since,`} are lost. Nobody enrols here again.`
          }
          verb={left.length === 0 ? 'Archive it' : `Revoke ${left.length} and archive it`}
          isDangerous
          act={async () => {
            await answered(api.POST('/api/v1/sites/{site}/archive', { ...path, body: { force: left.length > 0 } }));
            await done();
          }}
        />
      )}
    </>
  );
}
