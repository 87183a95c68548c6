import { describe, expect, it } from 'vitest';
import { Hono } from 'hono';
import { admitTabletOrigins, takesOrigin } from './tablet-origins.ts';

const SITE = 'https://site.example.com';

function ask(path: string, method: string, origin?: string): Response | Promise<Response> {
  const app = new Hono();
  app.use('/api/v1/*', admitTabletOrigins([SITE]));
  app.all('*', (context) => context.text('answered'));
  return app.request(path, { method, ...(origin !== undefined && { headers: { origin } }) });
}

describe('a page of another origin', () => {
  it.each([
    ['/api/v1/enrol', 'POST'],
    ['/api/v1/certificates/challenge', 'POST'],
    ['/api/v1/certificates/renew', 'POST'],
    ['/api/v1/health', 'GET'],
  ])('that is a tablet origin may ask %s and read the answer', async (path, method) => {
    const preflight = await ask(path, 'OPTIONS', SITE);
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(SITE);
    expect(preflight.headers.get('access-control-allow-methods')).toBe(method);
    const answer = await ask(path, method, SITE);
    expect(answer.headers.get('access-control-allow-origin')).toBe(SITE);
    expect(answer.headers.get('vary')).toBe('origin');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each([
    'https://site.example.com.evil.example',
    'http://site.example.com',
    'https://site.example.com:8443',
    'null',
  ])('that is %s reads nothing', async (origin) => {
    for (const method of ['OPTIONS', 'POST']) {
      const answer = await ask('/api/v1/enrol', method, origin);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it.each(['/api/v1/devices', '/api/v1/enrol/', '/api/v1/tokens'])(
    'reads nothing of %s, tablet or not',
    async (path) => {
      for (const method of ['OPTIONS', 'GET', 'POST']) {
        expect((await ask(path, method, SITE)).headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );

  it('opens a WebSocket when it is a tablet origin or our own, and not else', () => {
    const takes = takesOrigin([SITE]);
    expect(takes(SITE, 'fleet.example.com:8443')).toBe(true);
    expect(takes('https://fleet.example.com:8443', 'fleet.example.com:8443')).toBe(true);
    expect(takes('https://fleet.example.com', 'fleet.example.com:8443')).toBe(false);
    expect(takes('https://evil.example', 'fleet.example.com:8443')).toBe(false);
    expect(takes('null', undefined)).toBe(false);
  });
});
