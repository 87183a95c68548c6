import { deviceSettings, type DeviceSettings } from '@plumbline/shared/trust';
import type { Profile } from './schema.ts';

export interface Clamped {
  settings: DeviceSettings;
  /** What the device did not take over as asked; `given` is undefined when the profile has no bounds for it. */
  changed: { field: keyof DeviceSettings; asked: number; given: number | undefined }[];
}

/** Brings the settings of an assignment into the bounds of the profile, so that no key can switch a safeguard off. */
export function clamp({ bounds }: Pick<Profile, 'bounds'>, asked: DeviceSettings): Clamped {
  const settings: DeviceSettings = {};
  const changed: Clamped['changed'] = [];
  for (const field of deviceSettings.keyof().options) {
    const value = asked[field];
    if (value === undefined) continue;
    const range = bounds[field];
    const given = range && Math.min(Math.max(value, range.min), range.max);
    if (given !== undefined) settings[field] = given;
    if (given !== value) changed.push({ field, asked: value, given });
  }
  return { settings, changed };
}
