import { Alert, Button, Group, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { CirclePause } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { clock } from '../../../parts/values/time.tsx';
import { counted } from '../../../parts/values/figures.ts';
import { automationQuery, policiesQuery, turnsQuery } from '../queries.ts';

const OPEN = ['examining', 'awaiting-approval', 'rolling-out'];

/** The switch over everything that begins by itself. */
export function AutomationSwitch() {
  const queries = useQueryClient();
  const { data: stop } = useQuery(automationQuery);
  const { data: policies } = useQuery(policiesQuery);
  const { data: turns } = useInfiniteQuery(turnsQuery());
  const mayBrake = useMay('fleet:brake');
  const [isAsking, setAsking] = useState(false);
  // What was asked stays what it was while the question closes.
  const [order, setOrder] = useState<'stop' | 'resume'>('stop');
  const active = policies?.filter(({ spec }) => spec.mode !== 'off').length;
  const open = turns?.filter(({ state }) => OPEN.includes(state)).length;
  if (active === undefined || open === undefined || stop === undefined) return <Group mih={30} />;
  const ask = (what: 'stop' | 'resume') => {
    setOrder(what);
    setAsking(true);
  };
  const act = async (reason: string) => {
    await answered(api.POST(`/api/v1/automation/${order}`, { body: { reason } }));
    await queries.invalidateQueries({ queryKey: ['retraining'] });
    await queries.invalidateQueries({ queryKey: ['overview'] });
  };
  return (
    <>
      {stop === null ? (
        <Group gap="sm" mih={30}>
          <StateBadge tone="good">automation on</StateBadge>
          <Text size="sm" c="dimmed">
            {active === 0
              ? 'No line has a policy that retrains it.'
              : `${counted(active, 'line')} retrained by policy, ${counted(open, 'open turn')}.`}
          </Text>
          {mayBrake && (
            <Button size="compact-sm" variant="default" onClick={() => ask('stop')}>
              Stop automation
            </Button>
          )}
        </Group>
      ) : (
        <Alert color="yellow" icon={<CirclePause aria-hidden />} title="Nothing begins by itself">
          <Group justify="space-between">
            <Text size="sm">
              {stop.by === 'freeze' ? 'The fleet is frozen, which stops automation too' : stop.actor} since{' '}
              {clock(stop.at)}: {stop.reason}
            </Text>
            {mayBrake && stop.by === 'switch' && (
              <Button size="compact-sm" onClick={() => ask('resume')}>
                Resume automation
              </Button>
            )}
          </Group>
        </Alert>
      )}
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={order === 'resume' ? 'Let automation go on?' : 'Stop what begins by itself?'}
        consequences={
          order === 'resume'
            ? `${counted(active, 'line')} may open turns again and pipelines start on drift and alerts. Rollouts that were paused stay paused until a person resumes them.`
            : `No turn and no pipeline begins on drift or alerts on any line until somebody resumes. ${counted(open, 'open turn')}: what is examined ends, candidates wait, and a rollout of a turn is paused. Looks at drift go on.`
        }
        verb={order === 'resume' ? 'Resume automation' : 'Stop automation'}
        isDangerous={order === 'stop'}
        needsReason
        act={act}
      />
    </>
  );
}
