import { useSite, useWords } from '../../app/site.tsx';
import { Notice } from '../../parts/notice.tsx';
import { CHANCES } from '../../risk/scale.ts';
import type { LineView, SiteView } from '../../worker/types.ts';

/** What a person is told before being asked to believe it: which model, how fresh, and how it did here. */
export function Model({ view }: { view: SiteView }) {
  const { model, trouble } = useWords();
  return (
    <>
      <div class="page-head">
        <h1>{model.title}</h1>
      </div>
      {view.trust.stale === true && <Notice kind="bad">{trouble.stale(view.lastContactAt)}</Notice>}
      {view.lines.length === 0 && <Notice>{model.none}</Notice>}
      <div class="columns">
        {view.lines.map((line) => (
          <LineCard line={line} key={line.line} />
        ))}
        <ScaleCard />
      </div>
    </>
  );
}

function LineCard({ line: { line, running, record, skill, state } }: { line: LineView }) {
  const { model } = useWords();
  const known = record.marked + record.unmarked;
  return (
    <section class="panel">
      <h2>{line}</h2>
      {running === undefined ? (
        <p>{state === 'idle' ? model.states.none : model.states.waiting}</p>
      ) : (
        <p>
          {model.states.running}: <b>{model.version(running.version)}</b>
          {running.trainedUntil !== undefined && `, ${model.trainedUntil(running.trainedUntil)}`}
          <span class="hash quiet">{model.sha(running.sha256)}</span>
        </p>
      )}
      <h3>{model.record}</h3>
      {known === 0 ? (
        <p>{model.recordNone}</p>
      ) : (
        <>
          <p class="record">{model.marked(record.marked, record.slipped)}</p>
          <p>{model.unmarked(record.unmarked, record.unmarkedSlipped)}</p>
        </>
      )}
      <Notice kind={skill.verdict === 'skilled' ? 'good' : 'plain'} title={model.skill[skill.verdict]}>
        <p lang="en">{skill.because}</p>
      </Notice>
    </section>
  );
}

function ScaleCard() {
  const { words } = useSite();
  return (
    <section class="panel">
      <h2>{words.model.scale}</h2>
      <table class="scale">
        <tbody>
          {CHANCES.map(({ word, from, to }) => (
            <tr key={word}>
              <th scope="row">{words.chance[word]}</th>
              <td>{words.model.scaleRow(from, to)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
