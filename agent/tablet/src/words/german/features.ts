import type { FeatureCatalogue } from '../feature-words.ts';
import type { Format } from '../format.ts';

const WEEKDAYS = ['Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag', 'Sonntag'];

const season = { label: 'Jahreszeit', says: () => 'die Jahreszeit' };
const float = (value: number, { days }: Format) =>
  value < 0 ? `Puffer um ${days(-value)} überzogen` : value === 0 ? 'gar kein Puffer' : `${days(value)} Puffer`;
const critical = {
  label: 'Kritischer Weg',
  says: (value: number) => (value === 1 ? 'auf dem kritischen Weg' : 'nicht auf dem kritischen Weg'),
};
const before = (value: number) => `${value} ${value === 1 ? 'Vorgang muss' : 'Vorgänge müssen'} vorher fertig sein`;
const after = (value: number) => `${value} ${value === 1 ? 'Vorgang wartet' : 'Vorgänge warten'} darauf`;
const lateBefore = (value: number) => (value === 0 ? 'kein Vorgänger in Verzug' : `${value} Vorgänger in Verzug`);
const others = (value: number, rest: string) =>
  `${value} ${value === 1 ? 'anderer Vorgang' : 'andere Vorgänge'} ${rest}`;

export const features: FeatureCatalogue = {
  as_of_month: { label: 'Monat', says: (value, { month }) => `es ist ${month(value)}` },
  as_of_weekday: { label: 'Wochentag', says: (value) => `es ist ${WEEKDAYS[value - 1] ?? 'dieser Wochentag'}` },
  season_sine: season,
  season_cosine: season,
  planned_days: { label: 'Geplante Tage', says: (value, { days }) => `geplante Dauer ${days(value)}` },
  planned_working_days: {
    label: 'Geplante Arbeitstage',
    says: (value, { number }) => `geplante Arbeitstage: ${number(value)}`,
  },
  days_since_start: {
    label: 'Tage seit geplantem Beginn',
    says: (value, { days }) =>
      value < 0 ? `noch ${days(-value)} bis zum geplanten Beginn` : `${days(value)} seit dem geplanten Beginn`,
  },
  days_to_due: {
    label: 'Tage bis zum Termin',
    says: (value, { days }) => (value < 0 ? `${days(-value)} über dem Termin` : `noch ${days(value)} bis zum Termin`),
  },
  elapsed_share: {
    label: 'Verbrauchte Planzeit',
    says: (value, { percent }) => `${percent(value)} der geplanten Zeit sind vorbei`,
  },
  due_month: { label: 'Monat des Termins', says: (value, { month }) => `Termin im ${month(value)}` },
  replans_so_far: {
    label: 'Umplanungen',
    says: (value) => (value === 0 ? 'nie umgeplant' : `${value}-mal umgeplant`),
  },
  days_slipped_in_plans: {
    label: 'Verschiebung im Plan',
    says: (value, { days }) =>
      value === 0
        ? 'Termin wie im ersten Plan'
        : `im Plan ${days(Math.abs(value))} ${value > 0 ? 'nach hinten' : 'nach vorn'} verschoben`,
  },
  reported_percent: {
    label: 'Gemeldeter Stand',
    says: (value, { number }) => `zuletzt ${number(value, 0)} % gemeldet`,
  },
  progress_gap: {
    label: 'Rückstand oder Vorsprung',
    says: (value, { number }) =>
      Math.round(value) === 0
        ? 'Stand wie geplant'
        : `${number(Math.abs(value), 0)} Prozentpunkte ${value > 0 ? 'im Rückstand' : 'voraus'}`,
  },
  days_since_last_report: { label: 'Tage ohne Meldung', says: (value, { days }) => `${days(value)} ohne Meldung` },
  start_delay_days: {
    label: 'Verspäteter Beginn',
    says: (value, { days }) =>
      value === 0 ? 'pünktlich begonnen' : `${days(Math.abs(value))} zu ${value > 0 ? 'spät' : 'früh'} begonnen`,
  },
  delay_causes_so_far: {
    label: 'Bisherige Ursachen für Verzug',
    says: (value) =>
      value === 0
        ? 'keine Ursache für Verzug gemeldet'
        : `${value} ${value === 1 ? 'Ursache' : 'Ursachen'} für Verzug gemeldet`,
  },
  site_late_rate: {
    label: 'Verzug auf dieser Baustelle',
    says: (value, { percent }) => `${percent(value)} der Arbeiten hier enden zu spät`,
  },
  site_last_late_rate: {
    label: 'Verzug hier in letzter Zeit',
    says: (value, { percent }) => `${percent(value)} der zuletzt fertigen Arbeiten waren zu spät`,
  },
  site_finished: { label: 'Fertig auf dieser Baustelle', says: (value) => others(value, 'hier fertig') },
  trade_late_rate: {
    label: 'Verzug dieses Gewerks',
    says: (value, { percent }) => `${percent(value)} der Arbeiten dieses Gewerks enden hier zu spät`,
  },
  trade_finished: { label: 'Fertig in diesem Gewerk', says: (value) => others(value, 'dieses Gewerks hier fertig') },
  open_activities: { label: 'Offen auf dieser Baustelle', says: (value) => others(value, 'hier im Gang') },
  open_activities_of_trade: {
    label: 'Offen in diesem Gewerk',
    says: (value) => others(value, 'dieses Gewerks im Gang'),
  },
  overdue_activities: { label: 'Überfällig auf dieser Baustelle', says: (value) => others(value, 'hier überfällig') },
  total_float_days: { label: 'Puffer', says: float },
  is_critical: critical,
  nearest_milestone_float_days: {
    label: 'Puffer zum nächsten Meilenstein',
    says: (value, format) => `${float(value, format)} zum nächsten Meilenstein`,
  },
  predecessors_late: { label: 'Vorgänger in Verzug', says: lateBefore },
  duration_days: { label: 'Dauer', says: (value, { days }) => `Dauer ${days(value)}` },
  remaining_days: { label: 'Restarbeit', says: (value, { days }) => `noch ${days(value)} Arbeit` },
  percent_complete: { label: 'Fertig in Prozent', says: (value, { number }) => `${number(value, 0)} % fertig` },
  free_float_days: { label: 'Freier Puffer', says: (value, { days }) => `${days(value)}, bis der nächste wartet` },
  float_days: { label: 'Puffer', says: float },
  critical,
  started: { label: 'Begonnen', says: (value) => (value === 1 ? 'schon begonnen' : 'noch nicht begonnen') },
  predecessors: { label: 'Vorgänger', says: before },
  successors: { label: 'Nachfolger', says: after },
  n_pred: { label: 'Vorgänger', says: before },
  n_succ: { label: 'Nachfolger', says: after },
  late_predecessors: { label: 'Vorgänger in Verzug', says: lateBefore },
  start_month: { label: 'Monat des Beginns', says: (value, { month }) => `Beginn im ${month(value)}` },
  crew_size: {
    label: 'Kolonnenstärke',
    says: (value) => `${value} ${value === 1 ? 'Person' : 'Leute'} in der Kolonne`,
  },
  crew_load: {
    label: 'Arbeiten der Kolonne zugleich',
    says: (value) => (value <= 1 ? 'die Kolonne hat nur diese Arbeit' : `die Kolonne hat ${value} Arbeiten zugleich`),
  },
  lead_days: {
    label: 'Lieferzeit',
    says: (value, { days }) => (value === 0 ? 'Material ab Lager' : `Lieferzeit ${days(value)}`),
  },
  ordered_days_ahead: {
    label: 'Im Voraus bestellt',
    says: (value, { days }) => `Material ${days(value)} im Voraus bestellt`,
  },
  trade: { label: 'Gewerk', says: (value) => `das Gewerk: ${value}` },
  phase: { label: 'Phase', says: (value) => `die Phase: ${value}` },
  subcontractor: { label: 'Nachunternehmer', says: (value) => `ausgeführt von ${value}` },
  region: { label: 'Region', says: (value) => `die Region: ${value}` },
  project_type: { label: 'Art des Projekts', says: (value) => `die Art des Projekts: ${value}` },
};
