import { Alert, Button, Code, Divider, Stack, Text } from '@mantine/core';
import { CircleAlert, LogIn } from 'lucide-react';
import { useState } from 'react';

/** Why somebody who came back from the provider is not in, by the code that stands behind # in the address. */
const REFUSALS: Record<string, string> = {
  identity_refused:
    'This sign-in did not begin in this browser, was used already, or took longer than ten minutes. Try again.',
  identity_denied: 'The identity provider did not let you in.',
  identity_unavailable: 'The identity provider cannot be reached. Try again in a while.',
  identity_without_role: 'You are known there, but none of your groups has a role here. Ask an admin of the fleet.',
  identity_not_bound: 'You are known there, but nobody has let you in here yet. Ask an admin of the fleet.',
  identity_removed: 'You were removed here. An admin of the fleet decides whether you come back.',
  rate_limited: 'Too many attempts came from your address. Wait a minute.',
};

/** The way in by an identity provider, and what it said the last time. */
export function ByIdentity({ name, isOnly }: { name: string; isOnly: boolean }) {
  const [refused] = useState(refusalInAddress);
  const [isAway, setAway] = useState(false);
  return (
    <Stack>
      {!isOnly && <Divider label="or" labelPosition="center" />}
      {refused !== undefined && (
        <Alert color="red" icon={<CircleAlert aria-hidden />} title="You are not signed in" role="alert">
          <Text size="sm" mb="xs">
            {REFUSALS[refused] ?? 'The sign-in failed.'}
          </Text>
          <Code>{refused}</Code>
        </Alert>
      )}
      <Button
        component="a"
        href={`/api/v1/session/identity?${new URLSearchParams({ to: `${location.pathname}${location.search}` })}`}
        variant={isOnly ? 'filled' : 'default'}
        leftSection={<LogIn size={16} aria-hidden />}
        loading={isAway}
        onClick={() => setAway(true)}
      >
        Sign in with {name}
      </Button>
    </Stack>
  );
}

function refusalInAddress(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('refused') ?? undefined;
}
