import { CodedError } from '@plumbline/shared/errors';

export type SiteErrorCode =
  | 'site_unknown'
  | 'site_invalid' // a value of it; the field says which
  | 'site_changed_meanwhile' // somebody else wrote it first
  | 'site_archived' // for good
  | 'site_closing' // already
  | 'site_open' // nothing to finish
  | 'site_silent'; // devices of it have not answered; a person has to insist

export class SiteError extends CodedError<SiteErrorCode> {
  override readonly name = 'SiteError';
}

export function unknownSite(id: string): SiteError {
  return new SiteError('site_unknown', `no site ${id}`, { kind: 'not-found', field: 'site' });
}
