import { Autocomplete, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { FormDialog } from '../../parts/dialogs/form-dialog.tsx';
import { withTheirs, type Written } from '../../parts/dialogs/changed-meanwhile.ts';
import { proposedSitesQuery, type Site } from './site-of.ts';

const ZONES = Intl.supportedValuesOf('timeZone');
const SHOWN = 30;

/** What a person writes of a site; refused when somebody else wrote it meanwhile. */
export function SiteForm({ site, onClose }: { site: Site | undefined; onClose: () => void }) {
  const queries = useQueryClient();
  const sites = useQuery(proposedSitesQuery(''));
  const [id, setId] = useState(site?.id ?? '');
  const [zone, setZone] = useState(site?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [region, setRegion] = useState(site?.region ?? '');
  const [cost, setCost] = useState<number | string>(site?.costPerMb ?? '');
  const [gateway, setGateway] = useState(site?.gateway ?? '');
  const [note, setNote] = useState(site?.note ?? '');
  // As it was when the form was opened: what somebody else writes meanwhile is not overwritten unseen.
  const [opened] = useState(site);
  const expectedRevision = opened?.revision ?? 0;
  const act = async () => {
    const body = {
      zone: zone.trim(),
      region: region.trim(),
      costPerMb: cost === '' ? null : Number(cost),
      gateway: gateway.trim() || null,
      note: note.trim(),
      expectedRevision,
    };
    const params = { path: { site: id.trim() } };
    try {
      await answered(api.PUT('/api/v1/sites/{site}', { params, body }));
    } catch (error) {
      throw await withTheirs(error, () => theirsOf(id.trim(), opened));
    }
    await queries.invalidateQueries({ queryKey: ['sites'] });
  };
  return (
    <FormDialog
      title={site === undefined ? 'Add a site' : `Site ${site.id}`}
      about={
        expectedRevision > 0
          ? `Revision ${expectedRevision}. If somebody else changes the site meanwhile, this is refused and nothing is lost: close, look, and write again.`
          : 'Writes the site into the register. Its times are shown, and its windows of rollouts open, in its zone.'
      }
      verb={site === undefined ? 'Add the site' : 'Keep the changes'}
      isReady={id.trim() !== '' && zone.trim() !== ''}
      act={act}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          {site === undefined && (
            <TextInput
              label="Name"
              description="a–z, 0–9, dot, dash, underscore; it stays for ever"
              required
              data-autofocus
              value={id}
              onChange={(event) => setId(event.currentTarget.value)}
              error={faultOf('id')}
            />
          )}
          <Autocomplete
            label="Time zone"
            description="As IANA names it"
            required
            data={ZONES}
            limit={SHOWN}
            value={zone}
            onChange={setZone}
            error={faultOf('zone')}
          />
          <Autocomplete
            label="Region"
            description="Silence of many sites of one region is told as one alert"
            data={sites.data?.regions ?? []}
            value={region}
            onChange={setRegion}
            maxLength={64}
            error={faultOf('region')}
          />
          <NumberInput
            label="Cost of its link for a megabyte"
            description="In the currency of the office; empty where nobody knows"
            min={0}
            max={1_000_000}
            decimalScale={4}
            value={cost}
            onChange={setCost}
            error={faultOf('costPerMb')}
          />
          <TextInput
            label="Gateway for its tablets"
            description="Where they ask for models and the log without the office, such as https://gw.site.example:8420; empty for nowhere"
            type="url"
            value={gateway}
            onChange={(event) => setGateway(event.currentTarget.value)}
            error={faultOf('gateway')}
          />
          <Textarea
            label="Note"
            autosize
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value.replaceAll('\n', ' '))}
            error={faultOf('note')}
          />
        </>
      )}
    </FormDialog>
  );
}

async function theirsOf(site: string, opened: Site | undefined) {
  const now = await answered(api.GET('/api/v1/sites/{site}', { params: { path: { site } } }));
  const fields: Written[] = [
    ['time zone', opened?.zone ?? '', now.zone],
    ['region', opened?.region ?? '', now.region],
    ['cost of a megabyte', String(opened?.costPerMb ?? ''), String(now.costPerMb ?? '')],
    ['gateway', opened?.gateway ?? '', now.gateway ?? ''],
    ['note', opened?.note ?? '', now.note],
  ];
  return { by: 'somebody else', fields };
}
