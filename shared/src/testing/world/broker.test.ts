import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../virtual-clock.ts';
import { createBroker, type DeviceEnd } from './broker.ts';
import { createChance } from './chance.ts';
import { createLife } from './life.ts';
import { createWallClock } from './wall-clock.ts';
import { createWeather } from './weather.ts';

const UP = 'f/site-1/gw-1/up/tel';
const DOWN = 'f/site-1/gw-1/dn/ack';
const STATUS = 'f/site-1/gw-1/up/status';
const MESSAGE = Uint8Array.of(1, 2, 3);

function createScene(seed = 1) {
  const clock = createVirtualClock(0);
  const weather = createWeather();
  const broker = createBroker({ clock, weather, chance: createChance(seed), note: () => undefined });
  const heardUp: string[] = [];
  const heardDown: string[] = [];
  const closed: string[] = [];
  const host = () =>
    broker.host({
      admit: async (clientId) => clientId === 'gw-1',
      message: (topic, payload) => void heardUp.push(`${topic.split('/').at(-1)} ${payload.join(' ')}`),
    });
  const dial = async (clientId = 'gw-1', life = createLife(clock)) => {
    let end: DeviceEnd | undefined;
    let failure: string | undefined;
    const options = {
      clientId,
      username: '',
      will: { topic: STATUS, payload: Uint8Array.of(0) },
      onMessage: (_: string, payload: Uint8Array) => void heardDown.push(payload.join(' ')),
      onClose: (reason: string) => void closed.push(reason),
    };
    broker.dial(options, life).then(
      (opened) => (end = opened),
      (error: { code: string }) => (failure = error.code),
    );
    await clock.advance(40_000);
    void end?.subscribe('f/site-1/gw-1/dn/+');
    await clock.advance(1000);
    return { end, failure, life };
  };
  return { clock, weather, broker, host, dial, heardUp, heardDown, closed };
}

describe('a simulated broker', () => {
  it('carries messages both ways, and gives a subscriber what is retained', async () => {
    const { clock, host, dial, heardUp, heardDown } = createScene();
    const hosted = host();
    hosted.publish(DOWN, Uint8Array.of(9), { retain: true });
    const { end } = await dial();
    hosted.publish(DOWN, MESSAGE, { retain: false });
    await Promise.all([end?.publish(UP, MESSAGE), clock.advance(1000)]);
    expect([heardUp, heardDown]).toEqual([['tel 1 2 3'], ['9', '1 2 3']]);
  });

  it('lets nobody in that the server does not admit, and nobody while there is no server', async () => {
    const { host, dial } = createScene();
    expect((await dial()).failure).toBe('dial_unreachable');
    host();
    expect((await dial('gw-2')).failure).toBe('dial_refused');
  });

  it('ends every connection when its server ends, and forgets what was retained', async () => {
    const { clock, host, dial, closed, heardDown } = createScene();
    const hosted = host();
    hosted.publish(DOWN, MESSAGE, { retain: true });
    await dial();
    hosted.crash();
    await clock.advance(1000);
    expect(closed).toEqual(['reset']);
    host();
    await dial();
    expect(heardDown).toEqual(['1 2 3']);
  });

  it('tells the will of a device whose power went, once', async () => {
    const { clock, host, dial, heardUp } = createScene();
    host();
    const { life } = await dial();
    life.end();
    await clock.advance(200_000);
    expect(heardUp).toEqual(['status 0']);
  });

  it('notices a half-open connection by keep-alive only: until then everything vanishes in silence', async () => {
    const { clock, broker, host, dial, heardUp, closed } = createScene();
    host();
    const { end } = await dial();
    broker.halfOpen('both');
    let became = 'pending';
    end?.publish(UP, MESSAGE).catch((error: { code: string }) => (became = error.code));
    await clock.advance(80_000);
    expect([became, closed]).toEqual(['pending', []]);
    await clock.advance(80_000);
    expect([became, closed, heardUp]).toEqual(['connection_closed', ['keep-alive'], ['status 0']]);
  });

  it('holds messages back in a short partition, and gives the connection up in a long one', async () => {
    const { clock, broker, host, dial, heardUp, closed } = createScene();
    host();
    const { end } = await dial();
    broker.setPartitioned(true);
    void end?.publish(UP, MESSAGE);
    await clock.advance(30_000);
    broker.setPartitioned(false);
    await clock.advance(1000);
    expect([heardUp, closed]).toEqual([['tel 1 2 3'], []]);
    broker.setPartitioned(true);
    await clock.advance(100_000);
    expect(closed).toEqual(['keep-alive']);
    expect((await dial()).failure).toBe('dial_unreachable');
  });

  it.each([
    ['drop', 0],
    ['duplicate', 2],
  ] as const)('with all weather being %s, a message arrives so often: %i', async (kind, times) => {
    const { clock, weather, host, dial, heardUp } = createScene();
    host();
    const { end } = await dial();
    weather[kind] = 1;
    void end?.publish(UP, MESSAGE);
    await clock.advance(10_000);
    expect(heardUp.length).toBe(times);
  });

  it('lets messages overtake each other only when told to', async () => {
    const inOrder = Array.from({ length: 20 }, (_, i) => `tel ${i}`);
    expect(await orderIn(0)).toEqual(inOrder);
    const shuffled = await orderIn(0.5);
    expect(shuffled).not.toEqual(inOrder);
    expect(new Set(shuffled)).toEqual(new Set(inOrder));
  });

  it('is as slow as the line: 8,000 bits take a second of 8 kbit/s', async () => {
    const { clock, weather, host, dial, heardUp } = createScene();
    host();
    const { end } = await dial();
    weather.bitsPerSecond = 8000;
    void end?.publish(UP, new Uint8Array(1000));
    await clock.advance(900);
    expect(heardUp).toEqual([]);
    await clock.advance(400);
    expect(heardUp.length).toBe(1);
  });
});

describe('the clock of a device', () => {
  it('says what it was set to, while its timers run on', async () => {
    const clock = createVirtualClock(1000);
    const wall = createWallClock(clock);
    let ranAt = 0;
    wall.after(500, () => (ranAt = clock.now()));
    wall.setOffset(-1000);
    expect([wall.now(), wall.offsetMs()]).toEqual([0, -1000]);
    await clock.advance(500);
    expect(ranAt).toBe(1500);
  });
});

async function orderIn(reorder: number): Promise<string[]> {
  const { clock, weather, host, dial, heardUp } = createScene(3);
  host();
  const { end } = await dial();
  weather.reorder = reorder;
  for (let i = 0; i < 20; i += 1) void end?.publish(UP, Uint8Array.of(i));
  await clock.advance(10_000);
  return heardUp;
}
