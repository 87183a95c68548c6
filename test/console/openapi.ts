import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFleetServer, readConfig } from '../../fleet-server/src/index.ts';

/** What a server says of its own API. */
export async function describeApi(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-openapi-'));
  const config = readConfig({
    PLUMBLINE_STATE: folder,
    PLUMBLINE_DEVELOPMENT: '1',
    PLUMBLINE_PLAIN: '1',
    PLUMBLINE_HTTP_PORT: '0',
    PLUMBLINE_MQTT_PORT: '0',
    PLUMBLINE_LOG_LEVEL: 'silent',
  });
  const server = await createFleetServer(config, { advanceByTimer: false });
  try {
    const response = await fetch(`${server.url}/api/v1/openapi.json`);
    return JSON.stringify(await response.json());
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
