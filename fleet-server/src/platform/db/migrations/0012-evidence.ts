import type { Migration } from './migration.ts';

/**
 * What gates look at, and when devices are heard. Lines fill as devices report, which each does when it connects again.
 * Windows are found by their archive, and entries of a site by their field and time, without a scan.
 */
export const evidence: Migration = {
  number: 12,
  name: 'evidence',
  statements: [
    `create table device_lines (
      device text not null,
      line text not null,
      state text not null,
      target_seq integer,
      target_sha256 text,
      running_sha256 text,
      running_version text,
      running_counter integer,
      slot text,
      proof text,
      reason text,
      detail text,
      deferred_until integer,
      shadow text,
      served text,
      served_before text,
      reported_at integer not null,
      primary key (device, line)
    )`,
    'create index device_lines_by_line on device_lines (line, running_sha256)',
    `create table device_presence (
      device text not null,
      day integer not null,
      hours integer not null,
      primary key (device, day)
    )`,
    'create index device_presence_by_day on device_presence (day)',
    "create index telemetry_windows on telemetry (sha256, as_of) where kind = 'window'",
    'create index site_log_by_field on site_log (field, at)',
  ],
};
