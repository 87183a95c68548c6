/**
 * The IANA time zone of this name as the platform writes it, or undefined when there is none. Offsets like `+02:00` are
 * none: they know no clock changes.
 */
export function zoneNamed(text: string): string | undefined {
  if (!/^[A-Za-z]/.test(text)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
