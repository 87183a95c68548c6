/**
 * What kind of work a description names, by the first rule that matches. The list is chosen from the trade, not learned:
 * a word list fitted to the labels would look ahead. Specific work stands before general work.
 */
const RULES: readonly (readonly [work: string, words: RegExp])[] = [
  ['security', /IPDVS|CAMERA|PENETRATION|DOOR/],
  ['new-building', /NEW SCHOOL|ADDITION|CAPACITY|ANNEX/],
  ['lease', /LEASE/],
  ['boiler', /BOILER|CLIMATE CONTROL|HEATING|HEAT PUMP|ELECTRIFICATION/],
  ['ventilation', /VENTILATION|HVAC|COOLING|CHILLER|RTU|BMS|A\/C/],
  ['fire-alarm', /FIRE ALARM|SPRINKLER/],
  ['electric', /ELECTRIC|VOLTAGE|LIGHTING|PA SYSTEM|EXIT SIGN|INTERCOM/],
  ['accessibility', /PROGRAM ACCESSIBILITY|ELEVATOR/],
  ['demolition', /DEMOLITION|REMOVAL|TCU/],
  ['playground', /PLAYGROUND|ATHLETIC|FIELD|YARD|PAVED/],
  ['auditorium', /AUDITORIUM/],
  ['gymnasium', /GYM|POOL/],
  ['library', /LIBRARY/],
  ['science-lab', /SCIENCE|\bLABS?\b/],
  ['kitchen', /REFRIGERATOR|FREEZER|KITCHEN|CAFETERIA/],
  ['rooms', /ROOM|BATHROOM|TOILET/],
  ['water', /FLOOD|BACKFLOW|RPZ|WATER|PIPING|INFILTRATION/],
  ['roof', /ROOF/],
  ['masonry', /MASONRY|PARAPET|CONCRETE|REINFORCING/],
  ['windows', /WINDOW/],
  ['technology', /TECHNOLOGY|COMPUTER|SMART ?BOARD|LAPTOP/],
];

/** Descriptions that no rule knows are `other`. */
export function workOf(description: string): string {
  const upper = description.toUpperCase();
  return RULES.find(([, words]) => words.test(upper))?.[0] ?? 'other';
}
