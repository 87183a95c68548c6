import { Alert, Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { PenLine } from 'lucide-react';
import { useState } from 'react';
import { fingerprintOf } from '@plumbline/shared/trust';
import { sessionQuery } from '../../../api/session.ts';
import { findBrowserKey } from '../../../approving/approver-key.ts';
import type { Examination } from '../../../approving/examine-draft.ts';
import { signDraft } from '../../../approving/sign-draft.ts';
import { PageLink } from '../../../parts/address/links.tsx';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { counted } from '../../../parts/values/figures.ts';
import { whyNot } from './why-not.ts';

/** One's signature, or why this browser gives none. */
export function SignIt({ examined, onSigned }: { examined: Examination; onSigned: (what: string) => void }) {
  const queries = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const me = session?.actor.replace(/^user:/, '') ?? '';
  const { data: key } = useQuery({
    queryKey: ['approver-key', me],
    queryFn: async () => (await findBrowserKey(me)) ?? null,
    enabled: me !== '',
    refetchInterval: false,
  });
  const [isAsking, setAsking] = useState(false);
  if (session === undefined || key === undefined) return null;
  const { reading } = examined;
  const what = reading.kind === 'release' ? `${reading.line}@${reading.version}` : reading.line;
  const refusal = whyNot({ examined, session, keyId: key?.keyId });
  if (refusal !== undefined || key === null) {
    return (
      <Alert color="yellow" title="This browser does not sign it">
        <Text size="sm">{refusal}</Text>
        <PageLink to="/settings" size="sm">
          Settings → My account → Approver key
        </PageLink>
      </Alert>
    );
  }
  return (
    <Section title="Your signature">
      <Group>
        <Button leftSection={<PenLine size={15} aria-hidden />} onClick={() => setAsking(true)}>
          Sign {what}
        </Button>
        <Text size="sm" c="dimmed">
          with {fingerprintOf(key.keyId)}, as {session.actor}
        </Text>
      </Group>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Sign ${what}?`}
        consequences={consequencesOf(examined)}
        verb="Sign it"
        act={async () => {
          await signDraft(examined, key, me);
          onSigned(what);
          await queries.invalidateQueries({ queryKey: ['models'] });
        }}
      />
    </Section>
  );
}

function consequencesOf({ reading }: Examination): string {
  const { kind, released, ticket, line } = reading;
  if (kind === 'renewal') return `What is in force of ${line} can be installed until ${reading.expires.slice(0, 10)}.`;
  const back =
    ticket.length > 0 ? `and the way back to ${ticket[0]?.version} is signed with it` : 'there is no way back';
  return `Every device of the line accepts ${counted(released.length, 'new bundle')} from now on, ${back}. A signature is not taken back: what it released can only be followed by another release, or put below a floor with the offline keys.`;
}
