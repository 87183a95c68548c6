import type { AttributeProto, GraphProto, ModelProto, SparseTensorProto, TensorProto } from '@plumbline/shared/onnx';
import { bodiesOf, nodesOf } from '../graph/walk.ts';

/** A part of a model and where it stands, e.g. `graph.node[3].attribute[0].t`. */
export interface Placed<T> {
  item: T;
  path: string;
}

/** The main graph and every graph inside an attribute, of functions too. */
export function* placedGraphs(model: ModelProto): Generator<Placed<GraphProto>> {
  yield { item: model.graph, path: 'graph' };
  for (const { node, path } of nodesOf(model)) {
    for (const body of bodiesOf(node)) yield { item: body.graph, path: `${path}.${body.path}` };
  }
}

/** Every dense tensor that stands on its own: initializers and values of attributes. */
export function* placedTensors(model: ModelProto): Generator<Placed<TensorProto>> {
  for (const { item: graph, path } of placedGraphs(model)) yield* each(graph.initializer, `${path}.initializer`);
  for (const { item: attribute, path } of placedAttributes(model)) {
    if (attribute.t !== undefined) yield { item: attribute.t, path: `${path}.t` };
    yield* each(attribute.tensors, `${path}.tensors`);
  }
}

export function* placedSparseTensors(model: ModelProto): Generator<Placed<SparseTensorProto>> {
  for (const { item: graph, path } of placedGraphs(model)) {
    yield* each(graph.sparseInitializer, `${path}.sparseInitializer`);
  }
  for (const { item: attribute, path } of placedAttributes(model)) {
    if (attribute.sparseTensor !== undefined) yield { item: attribute.sparseTensor, path: `${path}.sparseTensor` };
    yield* each(attribute.sparseTensors, `${path}.sparseTensors`);
  }
}

function* placedAttributes(model: ModelProto): Generator<Placed<AttributeProto>> {
  for (const { node, path } of nodesOf(model)) yield* each(node.attribute, `${path}.attribute`);
  for (const [index, fn] of model.functions.entries()) {
    yield* each(fn.attributeProto, `functions[${index}].attributeProto`);
  }
}

function* each<T>(items: T[] | undefined, path: string): Generator<Placed<T>> {
  for (const [index, item] of (items ?? []).entries()) yield { item, path: `${path}[${index}]` };
}
