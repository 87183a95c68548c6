import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainModel, type TrainedModel } from '../../pipelines/index.ts';
import { generateDataset } from '../../training/generated-dataset.ts';
import { reportFiles, reportOf, writeReport, type Report } from '../index.ts';

const dataset = { ...generateDataset({ seed: 3, rows: 300, signal: 1.2 }), name: 'east <script> | *b*' };
let trained: TrainedModel;
let report: Report;

beforeAll(async () => {
  trained = await trainModel(dataset, {
    seed: 1,
    workers: 0,
    folds: 3,
    algorithms: ['logistic', 'decision-tree'],
    finalists: true,
    holdout: 0.2,
    gatePermutations: 9,
  });
  report = await reportOf(trained, { learningCurve: true, workers: 0 });
});

function bytesOf(files: ReturnType<typeof reportFiles>) {
  return files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('utf8')]);
}

describe('the report of a training', () => {
  it('has every drawing once, whole in itself', () => {
    const names = report.drawings.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['accuracy', 'confusion', 'roc', 'precision-recall', 'calibration']));
    expect(names).toEqual(expect.arrayContaining(['importance', 'learning-curve']));
    expect(new Set(names).size).toBe(names.length);
    for (const { svg } of report.drawings) {
      expect(svg).toMatch(/^<svg role="img" [^>]*><title>/);
      expect(svg).not.toMatch(/NaN|undefined|<script|<style|href="(?!#)|url\((?!#)|zr\d/);
    }
  });

  it('has the same bytes for the same training', async () => {
    const again = reportFiles(await reportOf(trained, { learningCurve: true, workers: 0 }));
    expect(bytesOf(again)).toEqual(bytesOf(reportFiles(report)));
  });

  it('is a folder whose page needs nothing else, and runs nothing that a file was named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-report-'));
    try {
      const names = await writeReport(join(folder, 'out', 'run'), report);
      expect((await readdir(join(folder, 'out', 'run'))).toSorted()).toEqual(names.toSorted());
      const page = await readFile(join(folder, 'out', 'run', 'index.html'), 'utf8');
      expect(page).not.toMatch(/<script|src=|<link|NaN|undefined/);
      expect(page.match(/<svg /g)).toHaveLength(report.drawings.length);
      expect(page).toContain('east &lt;script&gt; | *b*');
      const json = JSON.parse(await readFile(join(folder, 'out', 'run', 'report.json'), 'utf8')) as Report['figures'];
      expect(json).toMatchObject({ chosen: { algorithm: trained.result.algorithm }, gate: { verdict: 'pass' } });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('looks for what the model goes by on rows it has not seen', () => {
    const { importance } = report.card;
    expect(importance.basis).toBe('held out');
    expect(
      importance.features
        .slice(0, 3)
        .map(({ feature }) => feature)
        .toSorted(),
    ).toEqual(['n0', 'n1', 'n2']);
    expect(importance.features.find(({ feature }) => feature === 'trade')!.low).toBeLessThan(0.005);
  });
});
