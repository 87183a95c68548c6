import { z } from 'zod';
import { publicKey } from '../../trust/signing/keys.ts';
import { deviceReport } from '../../wire/messages.ts';
import { ms } from '../units.ts';

export const deviceStanding = z
  .enum(['quarantined', 'active', 'revoked'])
  .describe('Whether a device may speak. `revoked` is for good; from `quarantined` a person releases it.');

export const deviceView = z
  .object({
    id: z.string(),
    site: z.string(),
    profile: z.string(),
    agent: z.string(),
    publicKey,
    fingerprint: z.string().describe('Of its key, as the device shows it.'),
    tags: z.array(z.string()),
    enrolledAt: ms,
    lastSeenAt: ms.nullable(),
    online: z.boolean(),
    standing: deviceStanding.describe('Whether it may speak, and why not.'),
    standingReason: z.string().optional(),
    certificate: z
      .object({
        serial: z.string(),
        notAfter: z.number(),
      })
      .optional()
      .describe('The newest one handed out; ms.'),
    assignedSeq: z.number(),
    report: deviceReport.optional(),
    staleMetadata: z
      .boolean()
      .describe('It lives on old metadata: nothing installs, and the newest may be kept from it.'),
  })
  .meta({ id: 'Device' });

export const deviceState = z
  .enum(['revoked', 'quarantined', 'never-seen', 'offline', 'failing', 'online'])
  .describe(
    'The first that holds: shut out; never heard; not connected; connected, and a line refused its order or went back; connected.',
  );

export const listedDevice = deviceView.extend({ state: deviceState }).meta({ id: 'ListedDevice' });

const devicesOf = z.number().int().nonnegative();

export const devicePageView = z
  .object({
    devices: z.array(listedDevice),
    next: z.string().nullable().describe('Cursor of the page that follows; null: this is the last.'),
    counts: z
      .object({
        revoked: devicesOf,
        quarantined: devicesOf,
        'never-seen': devicesOf,
        offline: devicesOf,
        failing: devicesOf,
        online: devicesOf,
      })
      .describe('Devices by state of everything that the filter without `state` finds.'),
    total: devicesOf.describe('Of everything that the filter finds.'),
  })
  .meta({ id: 'DevicePage' });
