import { useId } from 'preact/hooks';
import { useWords } from '../app/site.tsx';
import { Glyph } from './glyph.tsx';

interface StepperProps {
  label: string;
  value: number;
  step: number;
  min?: number;
  max?: number;
  show?: (value: number) => string;
  onChange: (value: number) => void;
}

/** A number by two large buttons, or typed by whoever has hands for it. */
export function Stepper({ label, value, step, min = -Infinity, max = Infinity, show, onChange }: StepperProps) {
  const { progress } = useWords();
  const id = useId();
  const move = (by: number) => onChange(Math.max(min, Math.min(max, rounded(value + by))));
  return (
    <div class="stepper" role="group" aria-labelledby={id}>
      <span id={id}>{label}</span>
      <div class="stepper-row">
        <button
          type="button"
          class="icon-button"
          aria-label={`${label}: ${progress.less}`}
          disabled={value <= min}
          onClick={() => move(-step)}
        >
          <Glyph name="minus" />
        </button>
        {show === undefined ? (
          <input
            type="number"
            inputMode="decimal"
            step="any"
            aria-label={label}
            value={value}
            onInput={({ currentTarget }) => {
              const typed = currentTarget.valueAsNumber;
              if (Number.isFinite(typed)) onChange(Math.max(min, Math.min(max, typed)));
            }}
          />
        ) : (
          <output>{show(value)}</output>
        )}
        <button
          type="button"
          class="icon-button"
          aria-label={`${label}: ${progress.more}`}
          disabled={value >= max}
          onClick={() => move(step)}
        >
          <Glyph name="plus" />
        </button>
      </div>
    </div>
  );
}

/** 0.1 + 0.2 is not 0.3 for anybody who reads it. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
