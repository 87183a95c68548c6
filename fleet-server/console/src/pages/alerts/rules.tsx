import { Button, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Route } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { useServerNow } from '../../api/server-clock.ts';
import { useMay } from '../../api/session.ts';
import { Confirm } from '../../parts/dialogs/confirm.tsx';
import { DataTable } from '../../parts/tables/data-table.tsx';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { Loaded } from '../../parts/page/loaded.tsx';
import { Section } from '../../parts/page/section.tsx';
import type { AlertRule } from './alert-of.ts';
import { RuleDialog } from './rule-dialog.tsx';

/** Who is told of which alerts. */
export function Rules() {
  const queries = useQueryClient();
  const now = useServerNow();
  const maySet = useMay('alerts:settings');
  const asked = useQuery({
    queryKey: ['alerts', 'rules'],
    queryFn: () => answered(api.GET('/api/v1/alerts/rules')),
  });
  const [open, setOpen] = useState<AlertRule | 'new'>();
  const [leaving, setLeaving] = useState<AlertRule>();
  const remove = async (name: string) => {
    await answered(api.POST('/api/v1/alerts/rules/{id}/remove', { params: { path: { id: name } } }));
    await queries.invalidateQueries({ queryKey: ['alerts'] });
  };
  return (
    <Section
      title="Who is told"
      about="A rule names alerts and the mail addresses and webhooks that are told of them. An alert that no rule names is told to nobody by mail; webhooks that take alert.* are told of all."
      actions={
        maySet && (
          <Button leftSection={<Plus size={15} aria-hidden />} variant="light" onClick={() => setOpen('new')}>
            Add a rule
          </Button>
        )
      }
    >
      <Loaded asked={asked}>
        {({ rules }) =>
          rules.length === 0 ? (
            <EmptyState icon={Route} title="Nobody is told by mail">
              Add a rule with the addresses of those who are on duty, or <code>plumbline alerts rules put</code>.
            </EmptyState>
          ) : (
            <DataTable
              caption="Rules of alerts"
              rows={rules}
              keyOf={({ name }) => name}
              minWidth={680}
              columns={[
                { key: 'name', title: 'Rule', isHeading: true, cell: ({ name }) => name },
                { key: 'when', title: 'Which alerts', cell: ({ when }) => whichOf(when) },
                {
                  key: 'routes',
                  title: 'Who is told',
                  cell: ({ routes }) => [...routes.email, ...routes.webhooks].join(', '),
                },
                {
                  key: 'by',
                  title: 'Written',
                  cell: ({ updatedAt, updatedBy }) => (
                    <Text size="sm" c="dimmed">
                      <Ago at={updatedAt} now={now} /> by {updatedBy.replace(/^user:/, '')}
                    </Text>
                  ),
                },
                ...(maySet
                  ? [
                      {
                        key: 'acts',
                        title: 'Acts',
                        cell: (rule: AlertRule) => (
                          <Button.Group>
                            <Button size="compact-sm" variant="default" onClick={() => setOpen(rule)}>
                              Edit
                            </Button>
                            <Button size="compact-sm" variant="default" onClick={() => setLeaving(rule)}>
                              Remove
                            </Button>
                          </Button.Group>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
      {open !== undefined && <RuleDialog rule={open === 'new' ? undefined : open} onClose={() => setOpen(undefined)} />}
      {leaving !== undefined && (
        <Confirm
          opened
          onClose={() => setLeaving(undefined)}
          title={`Remove the rule ${leaving.name}?`}
          consequences={`${[...leaving.routes.email, ...leaving.routes.webhooks].join(', ')} ${leaving.routes.email.length + leaving.routes.webhooks.length === 1 ? 'is' : 'are'} told of ${whichOf(leaving.when)} by no other rule than those that remain. Open alerts stay in the list.`}
          verb="Remove it"
          isDangerous
          act={() => remove(leaving.name)}
        />
      )}
    </Section>
  );
}

function whichOf({ kinds, lines, sites, severities }: AlertRule['when']): string {
  const parts = [
    severities === undefined ? undefined : severities.join(' or '),
    kinds === undefined ? undefined : kinds.join(', '),
    lines === undefined ? undefined : `of ${lines.join(', ')}`,
    sites === undefined ? undefined : `at ${sites.join(', ')}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'every alert' : parts.join(' · ');
}
