import { Autocomplete, Button, Group, NumberInput, Radio, Stack, TagsInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { answered, api } from '../../api/client.ts';
import { faultIn } from '../../parts/dialogs/form-dialog.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { Section } from '../../parts/page/section.tsx';
import { namedSitesQuery, proposedSitesQuery } from '../sites/site-of.ts';
import { CodeCard } from './code-card.tsx';
import type { Approval, MadeToken } from './token-of.ts';

const MOST_HOURS = 720;
const PAUSE_MS = 200;

/** One device: where it stands, what it is called, and the code for it. */
export function OneDevice({ site: first }: { site: string | undefined }) {
  const devices = useQuery({
    queryKey: ['devices', 'profiles'],
    queryFn: () => answered(api.GET('/api/v1/devices', { params: { query: { limit: 500 } } })),
    staleTime: 300_000,
  });
  const [site, setSite] = useState(first ?? '');
  const [typed] = useDebouncedValue(site.trim(), PAUSE_MS);
  const sites = useQuery(proposedSitesQuery(typed, 'open'));
  const known = useQuery(namedSitesQuery(typed === '' ? [] : [typed]));
  const [device, setDevice] = useState('');
  const [profile, setProfile] = useState('');
  const [tags, setTags] = useState<string[]>([]);
  const [hours, setHours] = useState<number | string>(24);
  const [approval, setApproval] = useState<Approval>('policy');
  const [made, setMade] = useState<MadeToken>();
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const open = sites.data?.sites.map(({ id }) => id) ?? [];
  const inUse = devices.data?.devices ?? [];
  const isNew =
    typed !== '' && !known.isPlaceholderData && known.data?.sites.every(({ state }) => state !== 'open') === true;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const named = { site: site.trim(), device: device.trim(), tags, hours: Number(hours), approval };
      const body = profile.trim() === '' ? named : { ...named, profile: profile.trim() };
      setMade(await answered(api.POST('/api/v1/tokens', { body })));
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  if (made !== undefined) {
    const another = () => {
      setMade(undefined);
      setDevice('');
    };
    return <CodeCard token={made} onAnother={another} />;
  }
  return (
    <Section
      title="The device"
      about="Nothing is changed on the device: this makes a code that an installer carries to it."
    >
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Stack maw={640}>
          <Autocomplete
            label="Site"
            description={
              isNew
                ? 'A new site: it comes into being with this device, in UTC until you write its zone'
                : 'Where it stands; type to find it, or a new name'
            }
            required
            data={open}
            limit={30}
            value={site}
            onChange={setSite}
            error={faultIn(problem, 'site')}
          />
          <TextInput
            label="Name of the device"
            description="a–z, 0–9, dot, dash, underscore; of the whole fleet, such as gateway-site-07"
            required
            value={device}
            onChange={(event) => setDevice(event.currentTarget.value)}
            error={faultIn(problem, 'device')}
          />
          <Autocomplete
            label="Firmware profile"
            description="Only a device of this profile may use the code; empty: the device detects its own"
            data={[...new Set(inUse.map((one) => one.profile))].toSorted()}
            value={profile}
            onChange={setProfile}
            maxLength={64}
            error={faultIn(problem, 'profile')}
          />
          <TagsInput
            label="Tags"
            description="Words to group it by; Enter ends one"
            data={[...new Set(inUse.flatMap((one) => one.tags))].toSorted()}
            value={tags}
            onChange={setTags}
            maxTags={32}
            error={faultIn(problem, 'tags')}
          />
          <NumberInput
            label="Hours the code is good"
            min={1}
            max={MOST_HOURS}
            value={hours}
            onChange={setHours}
            w={200}
            error={faultIn(problem, 'hours')}
          />
          <Radio.Group label="Who lets it in" value={approval} onChange={(value) => setApproval(value as Approval)}>
            <Stack gap={6} mt={6}>
              <Radio
                value="policy"
                label="The code alone"
                description="Whoever has the code has the name: for codes that go from hand to hand"
              />
              <Radio
                value="required"
                label="A person who compares"
                description="The device shows a fingerprint; somebody here compares it before the device gets its name"
              />
            </Stack>
          </Radio.Group>
          {problem !== undefined && <ProblemView problem={problem} />}
          <Group>
            <Button
              type="submit"
              loading={isBusy}
              disabled={site.trim() === '' || device.trim() === '' || hours === ''}
            >
              Make the code
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
