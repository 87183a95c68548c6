import { Alert, Text } from '@mantine/core';
import { Unplug } from 'lucide-react';
import type { Connection } from '../api/live.ts';
import { clock } from '../parts/values/time.tsx';

/** On every page while the server does not answer: what stands there is of before, and still worth reading. */
export function LostBanner({ connection }: { connection: Connection }) {
  return (
    <div role="status">
      {connection.lostAt !== undefined && (
        <Alert
          color="orange"
          icon={<Unplug aria-hidden />}
          title={`The server has not answered since ${clock(connection.lostAt)}`}
          mb="md"
        >
          <Text size="sm">
            What this page shows is from before. It asks again by itself; what you type stays, and is sent when you send
            it.
          </Text>
        </Alert>
      )}
    </div>
  );
}
