import type { Slot } from '@plumbline/shared/update';
import type { StreamClass } from '@plumbline/shared/wire';

/** Every key of the Store and every path of Files: nobody else builds one. */
export const IDENTITY = 'identity';
/** Written in turn, so that one of them is whole at any moment. */
export const TRUST_GENERATIONS = ['trust/a', 'trust/b'] as const;
export const SESSION = 'session';
/** Stands in the store while the process runs; found at a start, it says that the last one did not end cleanly. */
export const RUNNING = 'running';
export const SITE_CURSOR = 'site/cursor';
/** What the office says of the site itself. */
export const SITE_ABOUT = 'site/about';
/** The highest diagnostics request that was answered. */
export const DIAGNOSTICS = 'diagnostics';
/** Bytes of the link in the month that runs. */
export const LINK_MONTH = 'link/month';
/** How long this agent has run since its store was created. */
export const RUNNING_TIME = 'age/running';
/** Until when a person on site wants no installs. */
export const DEFERRAL = 'deferral';
/** How far this device has come with leaving the fleet. */
export const RETIRED = 'retired';

/** Bytes of hard examples in the month that runs. */
export const EXAMPLES_MONTH = 'examples/month';

export const UPDATES = 'update/';
export const SITE_ENTRIES = 'site/entry/';
export const STORED_PREDICTIONS = 'predicted/';
export const OPEN_WINDOWS = 'window/';
/** What counting knows of a line across its windows. */
export const COUNTED_LINES = 'counted/';
/** States of the detectors on errors, by archive. */
export const LOCAL_DRIFT = 'detector/';
export const RECENT_INPUTS = 'recent/';
export const AGE_MARKS = 'age/mark/';
/** What archives did in service, by line. */
export const SERVED = 'served/';
export const SOURCE_FILES = 'source/file/';
export const FETCHES = 'fetch/';

export const SLOTS_FOLDER = 'slots';
export const FETCH_FOLDER = 'fetch';

/** Wide enough for 2^53 − 1, so that the order of the keys is the order of the numbers. */
const SEQ_DIGITS = 16;

export function updateKey(line: string): string {
  return UPDATES + line;
}

export function streamKey(of: StreamClass): string {
  return `stream/${of}`;
}

export function rowKey(of: StreamClass, seq: number): string {
  return `out/${of}/${String(seq).padStart(SEQ_DIGITS, '0')}`;
}

export function seqOfRowKey(key: string): number {
  return Number(key.slice(-SEQ_DIGITS));
}

/** @param at running time, ms */
export function ageMarkKey(of: StreamClass, at: number): string {
  return `${AGE_MARKS}${of}/${String(at).padStart(SEQ_DIGITS, '0')}`;
}

export function servedKey(line: string): string {
  return SERVED + line;
}

export function fetchKey(payloadSha256: string): string {
  return FETCHES + payloadSha256;
}

export function siteEntryKey(id: string): string {
  return SITE_ENTRIES + id;
}

/** Activity names are free text, so they stand in JSON: no name can reach into another key. */
export function predictedKey(line: string, activity: string, sha256: string): string {
  return STORED_PREDICTIONS + JSON.stringify([line, activity, sha256]);
}

/** Numbers rise for ever; names of lines hold no slash. */
export function recentKey(line: string, number: number): string {
  return `${RECENT_INPUTS}${line}/${String(number).padStart(SEQ_DIGITS, '0')}`;
}

export function windowKey(line: string, sha256: string, from: number): string {
  return `${OPEN_WINDOWS}${line}/${sha256}/${from}`;
}

export function countedLineKey(line: string): string {
  return COUNTED_LINES + line;
}

export function localDriftKey(line: string, sha256: string): string {
  return `${LOCAL_DRIFT}${line}/${sha256}`;
}

/** How far a file of the drop folder has been answered. Names are free text, so they stand in JSON. */
export function sourceFileKey(name: string): string {
  return SOURCE_FILES + JSON.stringify(name);
}

/** Folder of a slot; what lies in it is `slot-files.ts`'s business. */
export function slotPath(line: string, slot: Slot): string {
  return `${SLOTS_FOLDER}/${line}/${slot}`;
}

/** A bundle that was copied from somebody near, unpacked as it travels on the site. */
export function archivePath(sha256: string): string {
  return `${FETCH_FOLDER}/${sha256}.archive`;
}

export function fetchPath(payloadSha256: string): string {
  return `${FETCH_FOLDER}/${payloadSha256}.part`;
}
