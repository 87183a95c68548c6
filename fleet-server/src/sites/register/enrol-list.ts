import { isCodedError } from '@plumbline/shared/errors';
import { isFleetName } from '@plumbline/shared/wire';
import { record, recordAll } from '../../platform/audit/index.ts';
import { rowsInserter, sites, timeOf, type Database, type Db } from '../../platform/db/index.ts';
import { DeviceError, makeTokens, type MadeToken, type NewToken, type TokenDeps } from '../devices/index.ts';
import { listSites } from './list.ts';
import { valuesOf } from './put.ts';
import { unwritten, type SiteRecord } from './site.ts';
import { zoneNamed } from './zone.ts';

/** A device to be, and where needed what is to be written of its site. */
export interface ListedDevice extends NewToken {
  zone?: string | undefined;
  region?: string | undefined;
}

/**
 * Makes codes for a list of devices and writes their sites into the register: all of it or nothing. Zone and region of a
 * site may stand on every line of it; lines that contradict each other, or the register, are at fault.
 * @throws DeviceError `tokens_invalid`, naming every bad line
 */
export async function enrolList(
  deps: TokenDeps & { database: Database },
  actor: string,
  listed: readonly ListedDevice[],
): Promise<{ tokens: MadeToken[]; sites: string[] }> {
  return deps.database.transaction(async (tx) => {
    const fresh = await registerSites(tx, actor, listed);
    const tokens = await makeTokens(tx, deps, actor, listed);
    await record(tx, {
      actor,
      action: 'devices.enrol-list',
      subject: 'fleet',
      details: { devices: tokens.length, sites: fresh },
    });
    return { tokens, sites: fresh };
  });
}

/** @returns the sites that were not in the register */
async function registerSites(tx: Db, actor: string, listed: readonly ListedDevice[]): Promise<string[]> {
  const wanted = new Map<string, Said>();
  const faults: string[] = [];
  const at = (one: ListedDevice, index: number) => (one.line === undefined ? `tokens[${index}]` : `line ${one.line}`);
  for (const [index, one] of listed.entries()) {
    const said = wanted.get(one.site) ?? { zone: undefined, region: undefined };
    for (const field of ['zone', 'region'] as const) {
      const value = one[field];
      if (value === undefined) continue;
      if (said[field] !== undefined && said[field] !== value) {
        faults.push(`${at(one, index)}: ${field}: site ${one.site} is in ${said[field]} on another line`);
      } else said[field] = value;
    }
    wanted.set(one.site, said);
  }
  const known = new Map((await listSites(tx)).map((site) => [site.id, site]));
  const fresh: SiteRecord[] = [];
  for (const [id, said] of wanted) {
    const index = listed.findIndex(({ site }) => site === id);
    const first = listed[index];
    // Names that are none are told with everything else that is wrong with a line.
    if (first === undefined || !isFleetName(id)) continue;
    try {
      const site = known.get(id) ?? unwritten(id);
      if (site.revision > 0) checkSame(site, said);
      else fresh.push({ ...site, ...valuesOf(site, { id, ...said }), revision: 1, createdAt: timeOf(tx) });
    } catch (error) {
      if (!isCodedError(error) || error.kind === 'internal') throw error;
      faults.push(`${at(first, index)}: ${error.message}`);
    }
  }
  if (faults.length > 0) {
    throw new DeviceError('tokens_invalid', faults.join('\n'), {
      field: 'tokens',
      expected: 'every line right; none of them was made',
    });
  }
  await insertSites(
    tx,
    fresh.map((site) => ({ ...site, createdAt: timeOf(tx) })),
  );
  await recordAll(
    tx,
    fresh.map(({ id, zone, region }) => ({
      actor,
      action: 'sites.create',
      subject: `site:${id}`,
      details: { zone, region },
    })),
  );
  return fresh.map(({ id }) => id);
}

const insertSites = rowsInserter(sites);

interface Said {
  zone: string | undefined;
  region: string | undefined;
}

/** The register is not overwritten by a list. @throws DeviceError */
function checkSame(site: SiteRecord, said: Said): void {
  for (const field of ['zone', 'region'] as const) {
    const value = field === 'zone' && said.zone !== undefined ? (zoneNamed(said.zone) ?? said.zone) : said[field];
    if (value === undefined || value === site[field]) continue;
    const why = `${field}: site ${site.id} is in ${site[field] || 'no region'} by the register, not ${said[field]}`;
    throw new DeviceError('tokens_invalid', why, { field });
  }
}
