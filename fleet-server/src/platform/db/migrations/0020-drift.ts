import type { Migration } from './migration.ts';

/** Evidence of drift: what devices counted, what was refused, what was found and what is held back from training. */
export const drift: Migration = {
  number: 20,
  name: 'drift',
  statements: [
    'create table drift_cursors (stream text primary key, seq integer not null)',
    `create table drift_windows (
      device text not null,
      id text not null,
      sha256 text not null,
      from_at integer not null,
      taken_at integer not null,
      primary key (device, id)
    )`,
    `create table drift_days (
      device text not null,
      site text not null,
      line text not null,
      version text not null,
      sha256 text not null,
      from_at integer not null,
      to_at integer not null,
      count integer not null,
      windows integer not null,
      quarantined integer not null,
      body text not null,
      taken_at integer not null,
      primary key (device, site, sha256, from_at, to_at)
    )`,
    'create index drift_days_by_version on drift_days (line, version, from_at)',
    `create table drift_refusals (
      id text primary key,
      device text not null,
      site text not null,
      line text not null,
      code text not null,
      field text not null,
      expected text not null,
      from_at integer not null,
      refused_at integer not null
    )`,
    'create index drift_refusals_by_device on drift_refusals (device, refused_at)',
    `create table drift_judged (
      line text not null,
      version text not null,
      family text not null,
      from_at integer not null,
      to_at integer not null,
      counted integer not null,
      judged_at integer not null,
      primary key (line, version, family, from_at)
    )`,
    `create table drift_findings (
      id text primary key,
      subject text not null,
      kind text not null,
      line text not null,
      version text not null,
      scope text not null,
      scope_id text not null,
      from_at integer not null,
      to_at integer not null,
      alarm integer not null,
      standing integer not null,
      begun_at integer not null,
      body text not null,
      judged_at integer not null
    )`,
    'create index drift_findings_by_line on drift_findings (line, version, from_at)',
    'create index drift_findings_standing on drift_findings (subject) where standing = 1',
    `create table quality_holds (
      id text primary key,
      line text not null,
      feature text not null,
      scope text not null,
      scope_id text not null,
      from_at integer not null,
      to_at integer,
      finding text not null,
      opened_at integer not null
    )`,
    'create index quality_holds_by_line on quality_holds (line, from_at)',
    `create table drift_sequences (
      line text not null,
      version text not null,
      detector text not null,
      state text not null,
      up_to integer not null,
      primary key (line, version, detector)
    )`,
  ],
};
