import type { GraphProto, ModelProto, NodeProto } from '@plumbline/shared/onnx';

/** A node and where it stands, e.g. `graph.node[3].attribute[0].g.node[1]`. */
export interface PlacedNode {
  node: NodeProto;
  path: string;
}

/** Every node of a model: the graph, the bodies of If / Loop / Scan, and model-local functions. */
export function* nodesOf(model: ModelProto): Generator<PlacedNode> {
  yield* nodesIn(model.graph.node, 'graph');
  for (const [index, fn] of model.functions.entries()) yield* nodesIn(fn.node, `functions[${index}]`);
}

/** The main graph first, then every graph inside an attribute. */
export function* graphsOf(model: ModelProto): Generator<GraphProto> {
  yield model.graph;
  for (const { node } of nodesOf(model)) {
    for (const { graph } of bodiesOf(node)) yield graph;
  }
}

/** The graphs a node carries in its attributes. */
export function bodiesOf(node: NodeProto): { graph: GraphProto; path: string }[] {
  return node.attribute.flatMap((attribute, index) => {
    const single = attribute.g === undefined ? [] : [{ graph: attribute.g, path: `attribute[${index}].g` }];
    const several = (attribute.graphs ?? []).map((graph, at) => ({ graph, path: `attribute[${index}].graphs[${at}]` }));
    return [...single, ...several];
  });
}

/** The nodes of one graph or function called `owner`, and of the bodies inside them. */
export function* nodesIn(nodes: NodeProto[], owner: string): Generator<PlacedNode> {
  for (const [index, node] of nodes.entries()) {
    const path = `${owner}.node[${index}]`;
    yield { node, path };
    for (const body of bodiesOf(node)) yield* nodesIn(body.graph.node, `${path}.${body.path}`);
  }
}
