import { useId } from 'preact/hooks';

interface DayFieldProps {
  label: string;
  value: number | undefined;
  /** The last day that can be chosen. */
  latest: number;
  onChange: (at: number | undefined) => void;
}

const NOON = 12;

/** A day on site, by the calendar of the device: the picker of the system, whose targets fit its own screen. */
export function DayField({ label, value, latest, onChange }: DayFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="date"
        value={value === undefined ? '' : textOf(value)}
        max={textOf(latest)}
        onInput={({ currentTarget }) => onChange(atNoon(currentTarget.value))}
      />
    </div>
  );
}

/** Midnight before a moment, so that days can be compared; in UTC, where every day is as long as the other. */
export function dayOf(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}

function textOf(at: number): string {
  return new Date(dayOf(at)).toISOString().slice(0, 10);
}

/** Noon: the same day in every zone somebody reads it in. */
function atNoon(text: string): number | undefined {
  const [year, month, day] = text.split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return new Date(year, month - 1, day, NOON).getTime();
}
