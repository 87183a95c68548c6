import { z } from 'zod';
import { deviceView } from '../sites/device.ts';
import { ms } from '../units.ts';

export const diagnosticsAnswerView = z
  .object({
    request: z.number(),
    at: ms.describe('When the device put it together, by its own clock; ms since epoch, UTC.'),
    parts: z.number(),
    bundle: z.unknown(),
  })
  .meta({ id: 'DiagnosticsAnswer' });

export const telemetryCountsView = z
  .object({
    rows: z.number(),
    byKind: z.record(z.string(), z.number()),
    rejected: z.number(),
    gapped: z.number(),
    streams: z.number(),
  })
  .meta({ id: 'TelemetryCounts' });

export const telemetryStreamView = z
  .object({
    id: z.string(),
    device: z.string(),
    site: z.string(),
    class: z.string(),
    highWater: z.number(),
    rows: z.number(),
    rejected: z.number(),
    gapped: z.number().describe('Rows the device declared as dropped by gap records.'),
  })
  .meta({ id: 'TelemetryStream' });

export const telemetryRowView = z
  .object({
    version: z.string().nullable(),
    sha256: z.string().nullable(),
    site: z.string(),
    device: z.string(),
    seq: z.number(),
    kind: z.string(),
    line: z.string().nullable(),
    score: z.number().nullable(),
    activity: z.string().nullable(),
    asOf: ms.nullable(),
    at: ms,
    ref: z.string().nullable(),
    stream: z.string(),
    body: z.unknown().describe('As the device sent it.'),
    receivedAt: ms,
  })
  .meta({ id: 'TelemetryRow' });

export const deviceDetailsView = deviceView
  .extend({
    streams: z.array(telemetryStreamView),
  })
  .meta({ id: 'DeviceDetails' });
