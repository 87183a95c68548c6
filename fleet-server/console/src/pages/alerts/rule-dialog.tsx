import { MultiSelect, TagsInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { FormDialog } from '../../parts/dialogs/form-dialog.tsx';
import { SiteNamesInput } from '../sites/site-names-input.tsx';
import { SEVERITIES, type AlertRule, type Severity, type AlertKind } from './alert-of.ts';
import { kindWords, KINDS } from './words.ts';

/** A new rule, or one as it stands. What is left empty does not matter. */
export function RuleDialog({ rule, onClose }: { rule: AlertRule | undefined; onClose: () => void }) {
  const queries = useQueryClient();
  const maySeeWebhooks = useMay('webhooks:read');
  const webhooks = useQuery({
    queryKey: ['webhooks'],
    queryFn: () => answered(api.GET('/api/v1/webhooks')),
    enabled: maySeeWebhooks,
  });
  const [name, setName] = useState(rule?.name ?? '');
  const [severities, setSeverities] = useState<string[]>(rule?.when.severities ?? []);
  const [kinds, setKinds] = useState<string[]>(rule?.when.kinds ?? []);
  const [lines, setLines] = useState<string[]>(rule?.when.lines ?? []);
  const [atSites, setSites] = useState<string[]>(rule?.when.sites ?? []);
  const [email, setEmail] = useState<string[]>(rule?.routes.email ?? []);
  const [hooks, setHooks] = useState<string[]>(rule?.routes.webhooks ?? []);
  const act = async () => {
    const when = {
      ...(severities.length > 0 && { severities: severities as Severity[] }),
      ...(kinds.length > 0 && { kinds: kinds as AlertKind[] }),
      ...(lines.length > 0 && { lines }),
      ...(atSites.length > 0 && { sites: atSites }),
    };
    const body = { name: name.trim(), when, routes: { email, webhooks: hooks } };
    await answered(api.POST('/api/v1/alerts/rules', { body }));
    await queries.invalidateQueries({ queryKey: ['alerts'] });
  };
  return (
    <FormDialog
      title={rule === undefined ? 'Add a rule' : `Rule ${rule.name}`}
      about="All that is named here must hold of an alert; what is left empty does not matter. A rule of the same name is replaced."
      verb={rule === undefined ? 'Add the rule' : 'Keep the changes'}
      size="lg"
      isReady={name.trim() !== '' && email.length + hooks.length > 0}
      act={act}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <TextInput
            label="Name"
            description="Lower-case letters, digits and -"
            required
            disabled={rule !== undefined}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={faultOf('name')}
          />
          <MultiSelect
            label="Severities"
            placeholder="Any"
            data={[...SEVERITIES]}
            value={severities}
            onChange={setSeverities}
          />
          <MultiSelect
            label="Kinds"
            placeholder="Any"
            searchable
            data={KINDS.map((value) => ({ value, label: kindWords(value) }))}
            value={kinds}
            onChange={setKinds}
          />
          <TagsInput
            label="Model lines"
            description="Enter ends a name"
            value={lines}
            onChange={setLines}
            maxTags={50}
          />
          <SiteNamesInput label="Sites" placeholder="Any" value={atSites} onChange={setSites} maxTags={200} />
          <TagsInput
            label="Mail addresses that are told"
            description="Enter ends an address"
            value={email}
            onChange={setEmail}
            maxTags={20}
            error={faultOf('routes.email') ?? faultOf('routes')}
          />
          <MultiSelect
            label="Webhooks that are told"
            data={webhooks.data?.webhooks.map(({ id, url }) => ({ value: id, label: `${id} · ${url}` })) ?? hooks}
            value={hooks}
            onChange={setHooks}
            error={faultOf('routes.webhooks')}
          />
        </>
      )}
    </FormDialog>
  );
}
