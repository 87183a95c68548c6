import { Code, Text } from '@mantine/core';
import type { Examination } from '../../../approving/examine-draft.ts';
import { Section } from '../../../parts/page/section.tsx';
import { counted } from '../../../parts/values/figures.ts';
import { Facts } from '../../../parts/values/facts.tsx';
import { clock } from '../../../parts/values/time.tsx';

/** What somebody signs, in a few lines. */
export function SaidByTheBytes({ examined }: { examined: Examination }) {
  const { reading, submittedBy, firstRootSha256 } = examined;
  const { kind, line, document, version, expires, released, ticket, kept, dropped } = reading;
  return (
    <Section
      title={kind === 'release' ? `A release of ${line}@${version}` : `A renewal of ${line}`}
      about={
        kind === 'release'
          ? 'With your signature these bundles become a release of the line.'
          : 'With your signature what is in force stays so for longer; no bundle is added or taken away.'
      }
    >
      <Facts
        facts={[
          ['Line', line],
          ['Version', version ?? 'none'],
          ['Release counter', released[0]?.counter ?? 'as before'],
          ['Version of the line metadata', document],
          ['In force until', clock(Date.parse(expires))],
          ['Way back', ticketWords(ticket)],
          ['Kept as they are', counted(kept.length, 'bundle')],
          ['Not installable any more', dropped.map(({ path }) => path).join(', ') || 'none'],
          ['Submitted by (the server says)', submittedBy ?? 'nobody by name'],
        ]}
      />
      <Text size="sm" c="dimmed">
        Builder’s signature, version and expiry hold. The keys follow from the root <Code>{firstRootSha256}</Code>, the
        first that this browser saw: compare it once with what <Code>plumbline keys status</Code> prints.
      </Text>
    </Section>
  );
}

function ticketWords(ticket: Examination['reading']['ticket']): string {
  const [first] = ticket;
  return first === undefined ? 'none: this is the first release' : `${first.version} under counter ${first.counter}`;
}
