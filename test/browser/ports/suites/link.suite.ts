import { fromBase64, toBase64 } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { createWebSocketLink } from '../../../../agent/src/browser/link/web-socket-link.ts';
import { linkContract } from '../../../contracts-agent/link.contract.ts';
import { inNode } from './bridge.ts';

describe('MQTT over WebSocket from a browser', () => {
  linkContract(async () => {
    const url = String(await inNode('openBroker'));
    return {
      link: createWebSocketLink(),
      url,
      trust: { cas: [], timeFloor: 0 },
      heard: async (topic) => fromBase64(String(await inNode('heard', topic))),
      publish: async (topic, payload, { retain }) => {
        await inNode('publish', topic, toBase64(payload), retain);
      },
      cut: async (clientId) => {
        await inNode('cut', clientId);
      },
      end: async () => {
        await inNode('closeBroker');
      },
    };
  });

  const asked = {
    trust: { cas: [], timeFloor: 0 },
    clientId: 'd1',
    username: 'd1',
    password: 'secret',
    will: { topic: 'f/s1/d1/up/status', payload: new Uint8Array() },
    onMessage: () => undefined,
    onClose: () => undefined,
  };

  it.each([
    [['wss://127.0.0.1:1/mqtt'], 'port_blocked'],
    [['ws://fleet.invalid/mqtt'], 'port_blocked'],
    [['mqtts://127.0.0.1:8883'], 'link_unreachable'],
    [[], 'link_unreachable'],
  ])('to %j fails as %s', async (endpoints, code) => {
    await expect(createWebSocketLink().connect({ ...asked, endpoints })).rejects.toMatchObject({ code });
  });

  it('is ended when a packet longer than any of ours is announced', async () => {
    const url = String(await inNode('openHugePacket'));
    const { promise: closed, resolve } = Promise.withResolvers<string>();
    let heard = 0;
    await createWebSocketLink().connect({
      ...asked,
      endpoints: [url],
      onMessage: () => (heard += 1),
      onClose: resolve,
    });
    expect(await closed).toEqual(expect.any(String));
    expect(heard).toBe(0);
  });
});
