import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { remainingLength, bytesOf } from './mqtt/sequences.ts';
import { run, sequencesFolder } from './mqtt.ts';

const folder = sequencesFolder();
const missing = existsSync(folder) ? undefined : `${folder} is not there; PLUMBLINE_SHARED says where it is`;
const skipped = missing !== undefined && process.env['PLUMBLINE_REQUIRE_SHARED'] !== '1';

describe.skipIf(skipped)(`recorded MQTT sequences${skipped ? ` (skipped: ${missing})` : ''}`, () => {
  it('go as recorded against guard and broker together, but for those listed with a reason', async () => {
    const { passed, failed, unexplained, outdated } = await run();
    expect(unexplained).toEqual([]);
    expect(outdated).toEqual([]);
    expect(passed + failed).toBe(239);
    expect(passed / (passed + failed)).toBeGreaterThanOrEqual(0.95);
  });
});

describe('the notation of the sequences', () => {
  it.each([
    ["10 r15 s6 'MQIsdp' 03", [0x10, 15, 0, 6, ...Buffer.from('MQIsdp'), 3]],
    ['80061234', [0x80, 6, 0x12, 0x34]],
    ['r2 m1234 k10', [2, 0x04, 0xd2, 0, 10]],
    ['r321', [0xc1, 0x02]],
    ['', []],
  ])('%s', (payload, bytes) => {
    expect([...bytesOf(payload)]).toEqual(bytes);
  });

  it('says which word it does not know', () => {
    expect(() => bytesOf('10 x7')).toThrow('"x7"');
  });

  it('writes lengths as the examples of section 2.2.3 do', () => {
    expect([0, 127, 128, 16_383, 16_384, 268_435_455].map((length) => [...remainingLength(length)])).toEqual([
      [0],
      [0x7f],
      [0x80, 0x01],
      [0xff, 0x7f],
      [0x80, 0x80, 0x01],
      [0xff, 0xff, 0xff, 0x7f],
    ]);
  });
});
