import { useEffect, useRef, useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { Notice } from '../../parts/notice.tsx';
import { isChance, type Said } from '../../risk/shown.ts';
import { featureLabel } from '../../words/reason-phrase.ts';
import { problemWords } from '../../words/problem-words.ts';
import type { ActivityRisk } from '../../worker/types.ts';
import { changeable, type Values } from './changeable.ts';
import { WhatIfField } from './what-if-field.tsx';

/** Another crew, another start: what the model would say of it, on this tablet, recorded nowhere. */
export function WhatIf({ activity, said }: { activity: ActivityRisk; said: Said }) {
  const { words, agent } = useSite();
  const { whatIf } = words;
  const planned = activity.plan?.values ?? {};
  const { first, rest } = changeable(planned, said);
  const [changed, setChanged] = useState<Values>({});
  const [shown, setShown] = useState(first);
  const [after, setAfter] = useState<number>();
  const [problem, setProblem] = useState<string>();
  if (!isChance(said) || first.length + rest.length === 0) return null;
  const more = rest.filter((column) => !shown.includes(column));
  const ask = async () => {
    setProblem(undefined);
    try {
      const answers = await agent?.whatIf(activity.activity, { ...planned, ...changed });
      setAfter(answers?.find(({ line }) => line === said.line)?.score);
    } catch (error) {
      setProblem(problemWords(error, words));
    }
  };
  const change = (column: string, value: number | string) => {
    setAfter(undefined);
    setChanged({ ...changed, [column]: value });
  };
  return (
    <section class="panel">
      <h2>{whatIf.title}</h2>
      <p class="quiet">{whatIf.intro}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        {shown.map((column) => (
          <WhatIfField
            column={column}
            value={changed[column] ?? planned[column] ?? null}
            onChange={(value) => change(column, value)}
            key={column}
          />
        ))}
        {more.length > 0 && <MoreFields columns={more} onAdd={(column) => setShown([...shown, column])} />}
        <div class="row">
          <button type="submit" class="button" disabled={agent === undefined}>
            {whatIf.ask}
          </button>
          {Object.keys(changed).length > 0 && (
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                setChanged({});
                setAfter(undefined);
              }}
            >
              {whatIf.reset}
            </button>
          )}
        </div>
      </form>
      <div role="status">{after !== undefined && <Result before={said.score} after={after} />}</div>
      {problem !== undefined && <Notice kind="bad">{problem}</Notice>}
    </section>
  );
}

function Result({ before, after }: { before: number; after: number }) {
  const { words } = useSite();
  const points = Math.round(after * 100) - Math.round(before * 100);
  const { lower, higher, same, result } = words.whatIf;
  const line = useRef<HTMLParagraphElement>(null);
  // The answer may come below what sticks to the bottom.
  useEffect(() => line.current?.scrollIntoView({ block: 'center' }), [after]);
  return (
    <p ref={line} class="what-if" data-kind={points < 0 ? 'fell' : points > 0 ? 'rose' : 'same'}>
      <b>{result(before, after)}</b> {points === 0 ? same : points < 0 ? lower(-points) : higher(points)}
    </p>
  );
}

function MoreFields({ columns, onAdd }: { columns: readonly string[]; onAdd: (column: string) => void }) {
  const { words } = useSite();
  return (
    <select
      aria-label={words.whatIf.add}
      value=""
      onChange={({ currentTarget }) => currentTarget.value !== '' && onAdd(currentTarget.value)}
    >
      <option value="">{words.whatIf.add}</option>
      {columns.map((column) => (
        <option value={column} key={column}>
          {featureLabel(column, words)}
        </option>
      ))}
    </select>
  );
}
