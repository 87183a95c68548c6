import { describe, expect, test } from 'vitest';
import { editableCopy } from './edit-graph.ts';
import { modelOf, normals } from './random-nets.ts';
import { answersOf, normalRuns } from './run-here.ts';
import { simplify } from './simplify.ts';
import { encodeModel } from '../codec/encode-model.ts';
import type { ModelProto, NodeProto } from '@plumbline/shared/onnx';
import { floatTensor, node, tensor } from '../export/proto.ts';
import { createRandom } from '../export/random-models.ts';

const RUNS = normalRuns(4, { rows: 3 });
const CONSTANT = node('Constant', [], ['c'], [tensor('value', floatTensor('', [4], normals(createRandom(1), 4)))]);

function simplified(nodes: NodeProto[], change: (model: ModelProto) => void = () => {}): [ModelProto, ModelProto] {
  const model = modelOf(nodes, [floatTensor('spare', [2], new Float32Array(2))], { inputs: 4, outputs: 4 });
  change(model);
  const copy = editableCopy(model);
  simplify(copy);
  return [model, copy];
}

describe('a simplified graph gives the same numbers', () => {
  test.each<[string, NodeProto[], string[]]>([
    ['without Constant nodes', [CONSTANT, node('Add', ['x', 'c'], ['p'])], ['Add']],
    [
      'without a chain of Identities between nodes',
      [
        CONSTANT,
        node('Add', ['x', 'c'], ['a']),
        node('Identity', ['a'], ['b']),
        node('Dropout', ['b'], ['d']),
        node('Relu', ['d'], ['p']),
      ],
      ['Add', 'Relu'],
    ],
    ['without an Identity at its end', [node('Relu', ['x'], ['a']), node('Identity', ['a'], ['p'])], ['Relu']],
    ['with the Identity from an input to an output', [node('Identity', ['x'], ['p'])], ['Identity']],
    [
      'with the Identity of a value that others read',
      [
        node('Relu', ['x'], ['a']),
        node('Identity', ['a'], ['b']),
        node('Add', ['a', 'b'], ['s']),
        node('Identity', ['s'], ['p']),
      ],
      ['Relu', 'Add'],
    ],
    ['without what no output needs', [node('Exp', ['x'], ['unread']), node('Relu', ['x'], ['p'])], ['Relu']],
    [
      'with a Constant that is the answer',
      [node('Identity', ['c'], ['q']), node('Add', ['x', 'q'], ['p'])].toSpliced(0, 0, CONSTANT),
      ['Add'],
    ],
  ])('%s', async (_what, nodes, operators) => {
    const [model, copy] = simplified(nodes);
    expect(copy.graph.node.map(({ opType }) => opType)).toEqual(operators);
    expect(copy.graph.initializer.map(({ name }) => name)).not.toContain('spare');
    expect(await answersOf(encodeModel(copy), RUNS)).toEqual(await answersOf(encodeModel(model), RUNS));
  });
});

test('a Dropout whose mask is read, or that trains, stays', () => {
  const mask = [node('Dropout', ['x'], ['d', 'mask']), node('Cast', ['mask'], ['p'], [])];
  expect(simplified(mask)[1].graph.node).toHaveLength(2);
  const training = [node('Dropout', ['x', '', 'train'], ['d']), node('Relu', ['d'], ['p'])];
  const [, copy] = simplified(training, (model) => {
    model.graph.initializer.push({ name: 'train', dataType: 9, rawData: Uint8Array.of(1) });
  });
  expect(copy.graph.node).toHaveLength(2);
});

function bodyOf(name: string): ModelProto['graph'] {
  const nodes = [node('Neg', ['kept'], [name])];
  return { name, node: nodes, initializer: [], input: [], output: [{ name }], valueInfo: [] };
}

test('values that a branch reads stay under the name it knows', async () => {
  const branches = [
    { name: 'then_branch', type: 5, g: bodyOf('then') },
    { name: 'else_branch', type: 5, g: bodyOf('else') },
  ];
  const nodes = [node('Relu', ['x'], ['a']), node('Identity', ['a'], ['kept']), node('If', ['flag'], ['p'], branches)];
  const [model, copy] = simplified(nodes, ({ graph }) => {
    graph.initializer.push({ name: 'flag', dataType: 9, rawData: Uint8Array.of(1) });
  });
  expect(copy.graph.node.map(({ opType }) => opType)).toEqual(['Relu', 'If']);
  expect(await answersOf(encodeModel(copy), RUNS)).toEqual(await answersOf(encodeModel(model), RUNS));
  expect(model.graph.node).toHaveLength(3);
});

test('doc strings, value infos and traces of exporters go', () => {
  const [model, copy] = simplified([node('Relu', ['x'], ['p'])], ({ graph }) => {
    graph.docString = 'long';
    graph.valueInfo = [{ name: 'a' }];
    graph.node[0]!.docString = 'trace';
    graph.node[0]!.metadataProps = [{ key: 'stack', value: 'trace' }];
    graph.input[0]!.docString = 'about x';
  });
  expect(new TextDecoder().decode(encodeModel(copy))).not.toMatch(/long|trace|about/);
  expect(new TextDecoder().decode(encodeModel(model))).toMatch(/long.*|trace/);
});
