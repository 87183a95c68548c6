import { Autocomplete, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { sitesQuery, type Site } from './site-of.ts';

const ZONES = Intl.supportedValuesOf('timeZone');
const SHOWN = 30;

/** What a person writes of a site; refused when somebody else wrote it meanwhile. */
export function SiteForm({ site, onClose }: { site: Site | undefined; onClose: () => void }) {
  const queries = useQueryClient();
  const sites = useQuery(sitesQuery);
  const [id, setId] = useState(site?.id ?? '');
  const [zone, setZone] = useState(site?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [region, setRegion] = useState(site?.region ?? '');
  const [cost, setCost] = useState<number | string>(site?.costPerMb ?? '');
  const [note, setNote] = useState(site?.note ?? '');
  // As it was when the form was opened: what somebody else writes meanwhile is not overwritten unseen.
  const [expectedRevision] = useState(site?.revision ?? 0);
  const act = async () => {
    const body = {
      zone: zone.trim(),
      region: region.trim(),
      costPerMb: cost === '' ? null : Number(cost),
      note: note.trim(),
      expectedRevision,
    };
    await answered(api.PUT('/api/v1/sites/{site}', { params: { path: { site: id.trim() } }, body }));
    await queries.invalidateQueries({ queryKey: ['sites'] });
  };
  const regions = [...new Set(sites.data?.sites.map((one) => one.region).filter((name) => name !== ''))].toSorted();
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
            data={regions}
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
