import type { SiteLogEntry } from '@plumbline/shared/activity';

/** Why a bundle did not come from somebody near: said to people in their own words. */
export type NotNearbyCode =
  | 'no_gateway' // nobody is named
  | 'unreachable' // no such address, or a certificate this platform does not know
  | 'not_allowed' // a person, or a policy, keeps this app out of the network of the site
  | 'silent'
  | 'refused' // it answers, and not what was asked for
  | 'not_there' // it does not have this bundle, or not yet
  | 'broke_off'
  | 'other_bytes' // not what was signed
  | 'never_came'; // it was waited for in vain

export interface NotNearby {
  code: NotNearbyCode;
  /** For whoever looks into it. */
  detail: string;
}

/** What somebody near said when asked for a bundle. */
export type NearbyBundle =
  /** Its archive, as it came: nothing of it is believed yet. */
  | { archive: Uint8Array; from: string }
  /** Somebody is fetching it now: worth a wait. */
  | { coming: string }
  | { absent: NotNearby };

/** Entries of the site's log in the order in which they came to whoever is asked. */
export interface NearbyPage {
  entries: SiteLogEntry[];
  /** Where the next question goes on; of no meaning to anybody else. */
  next: string;
  more: boolean;
}

/** A gateway of the same site, as a tablet sees it: reached without the way out of the site. It saves bytes; nothing depends on it. */
export interface Nearby {
  /** @param sha256 of the archive. Failures are answers: `absent` with what went wrong */
  bundle(sha256: string, maxBytes: number, signal: AbortSignal): Promise<NearbyBundle>;
  /** What came after `from`; from the beginning when it is left out. Undefined: nobody is near. */
  siteLog(from: string | undefined, signal: AbortSignal): Promise<NearbyPage | undefined>;
}
