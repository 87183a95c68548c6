import { Center, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../api/client.ts';
import { ByIdentity } from './by-identity.tsx';
import { ChoosePassword, codeInAddress } from './choose-password.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Where nobody is signed in: the first user of a new server, who has a code for a password, or who comes back. */
export function Entrance() {
  const setup = useQuery({
    queryKey: ['setup'],
    queryFn: () => answered(api.GET('/api/v1/setup')),
    refetchInterval: false,
  });
  const ways = useQuery({
    queryKey: ['ways-in'],
    queryFn: () => answered(api.GET('/api/v1/ways-in')),
    refetchInterval: false,
  });
  const hasPasswords = ways.data?.password ?? !ways.isPending;
  const [code, setCode] = useState(codeInAddress);
  return (
    <Center mih="100dvh" p="md">
      <Paper withBorder shadow="sm" p="xl" w={420} maw="100%" component="main">
        <Stack>
          <Group gap="sm">
            <img src="/plumb.svg" width={32} height={32} alt="" />
            <Title order={1}>Plumbline</Title>
          </Group>
          {setup.isPending && <Loader size="sm" aria-label="Loading" />}
          {/* Where the ways cannot be asked for, passwords are tried, and the refusal says what is wrong. */}
          {hasPasswords && setup.data?.needed === true && <ChoosePassword given={code} isFirst />}
          {hasPasswords &&
            setup.data?.needed !== true &&
            !setup.isPending &&
            (code === undefined ? (
              <SignInForm about="Sign in to see the fleet." />
            ) : (
              <ChoosePassword given={code} onLeave={() => setCode(undefined)} />
            ))}
          {ways.data?.identity && <ByIdentity name={ways.data.identity.name} isOnly={!hasPasswords} />}
          {hasPasswords && (
            <Text size="xs" c="dimmed">
              Forgotten password: an admin makes a one-time code (Settings → Users, or plumbline users reset).
            </Text>
          )}
        </Stack>
      </Paper>
    </Center>
  );
}
