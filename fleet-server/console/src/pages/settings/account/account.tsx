import { Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../../../api/session.ts';
import { Facts } from '../../../parts/values/facts.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { assignmentWords } from '../parts/roles.ts';
import { ApproverKeyPanel } from './approver-key-panel.tsx';
import { MyTokens } from './my-tokens.tsx';
import { PasswordForm } from './password-form.tsx';

/** Who one is, what one may, one's password and the tokens of one's programs. */
export function Account() {
  const asked = useQuery(sessionQuery);
  return (
    <Loaded asked={asked} heightPx={320}>
      {({ actor, by, assignments, permissions, hasPassword }) => (
        <Stack>
          <Section title="You">
            <Facts
              facts={[
                ['Name', actor.replace(/^user:/, '')],
                ['The audit knows you as', actor],
                ['Roles', <RoleList key="roles" words={assignments.map(assignmentWords)} />],
              ]}
              cols={3}
            />
            <div>
              <Text size="xs" c="dimmed" mb={4}>
                What you may, on one site at least
              </Text>
              <Group gap={4}>
                {permissions.map((permission) => (
                  <Badge key={permission} variant="default" tt="none" fw={500}>
                    {permission}
                  </Badge>
                ))}
              </Group>
            </div>
          </Section>
          {hasPassword && <PasswordForm />}
          {by === 'session' && permissions.includes('models:approve') && (
            <ApproverKeyPanel me={actor.replace(/^user:/, '')} />
          )}
          <MyTokens me={actor.replace(/^user:/, '')} permissions={permissions} />
        </Stack>
      )}
    </Loaded>
  );
}

function RoleList({ words }: { words: readonly string[] }) {
  return (
    <>
      {words.map((each) => (
        <div key={each}>{each}</div>
      ))}
    </>
  );
}
