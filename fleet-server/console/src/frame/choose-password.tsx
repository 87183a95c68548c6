import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { answered, api } from '../api/client.ts';
import { useSignIn } from '../api/session.ts';
import { ProblemView } from '../parts/problem-view.tsx';

/** What the link of an admin carries behind #, which no server and no log sees. */
export function codeInAddress(): { code: string; name: string } | undefined {
  const given = new URLSearchParams(location.hash.slice(1));
  const code = given.get('code');
  return code === null ? undefined : { code, name: given.get('name') ?? '' };
}

/** A one-time code of an admin makes a password that nobody else knows. */
export function ChoosePassword({ given, onLeave }: { given: { code: string; name: string }; onLeave: () => void }) {
  const signIn = useSignIn();
  const [name, setName] = useState(given.name);
  const [code, setCode] = useState(given.code);
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await answered(api.POST('/api/v1/setup', { body: { code: code.trim(), name: name.trim(), password } }));
      history.replaceState(null, '', location.pathname === '/setup' ? '/' : location.pathname);
      await signIn(name.trim(), password);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text size="sm" c="dimmed">
          An admin has made a one-time code for you. Choose your password with it; nobody else ever knows it.
        </Text>
        <TextInput
          label="Name"
          autoComplete="username"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput label="Code" required value={code} onChange={(event) => setCode(event.currentTarget.value)} />
        <PasswordInput
          label="Password"
          description="at least 12 characters; a sentence is good"
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {problem !== undefined && <ProblemView problem={problem} />}
        <Button type="submit" loading={isBusy}>
          Choose this password
        </Button>
        <Button variant="subtle" onClick={onLeave}>
          I have a password
        </Button>
      </Stack>
    </form>
  );
}
