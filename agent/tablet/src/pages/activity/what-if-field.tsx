import { useId } from 'preact/hooks';
import { useWords } from '../../app/site.tsx';
import { Stepper } from '../../parts/stepper.tsx';
import { featureLabel } from '../../words/reason-phrase.ts';

interface WhatIfFieldProps {
  column: string;
  value: number | string | null;
  onChange: (value: number | string) => void;
}

export function WhatIfField({ column, value, onChange }: WhatIfFieldProps) {
  const words = useWords();
  const id = useId();
  const label = featureLabel(column, words);
  if (typeof value === 'number') return <Stepper label={label} value={value} step={1} onChange={onChange} />;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} value={value ?? ''} onInput={({ currentTarget }) => onChange(currentTarget.value)} />
    </div>
  );
}
