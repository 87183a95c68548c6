import {
  DEFAULT_DOMAIN,
  ML_DOMAIN,
  domainOf,
  quoted,
  type FunctionProto,
  type ModelProto,
  type NodeProto,
  type OperatorSetId,
} from '@plumbline/shared/onnx';
import { nodesIn } from '../graph/walk.ts';
import { functionKey } from './functions.ts';
import { isKnownDomain, whyUnknown } from './known-operators.ts';
import { nodeLabel, operatorLabel, refusal } from './refusal.ts';

/**
 * Every node calls an operator that a runtime has, at the version its model imports, or a function that the model brings
 * along. How new an operator set a device can run is not asked here.
 * @throws {OnnxError} onnx_operator_unsupported, onnx_graph_invalid for imports
 */
export function checkOperators(model: ModelProto): void {
  if (model.opsetImport.length === 0) {
    throw refusal(
      'onnx_graph_invalid',
      'the model imports no operator set',
      'opsetImport',
      'one operator set at least',
    );
  }
  const defined = new Set(model.functions.map(functionKey));
  checkNodes(model.graph.node, 'graph', importsOf(model.opsetImport, 'opsetImport'), defined);
  for (const [index, fn] of model.functions.entries()) checkFunction(fn, `functions[${index}]`, defined);
}

function checkFunction(fn: FunctionProto, path: string, defined: ReadonlySet<string>): void {
  checkNodes(fn.node, path, importsOf(fn.opsetImport, `${path}.opsetImport`), defined);
}

/** Version by domain. Of several for one domain a runtime takes the last. */
function importsOf(opsets: OperatorSetId[], path: string): ReadonlyMap<string, number> {
  const imports = new Map<string, number>();
  for (const [index, { domain, version = 0n }] of opsets.entries()) {
    if (version < 1n || version > 2n ** 31n) {
      const message = `operator set ${quoted(domain)} is imported at version ${version}`;
      throw refusal('onnx_graph_invalid', message, `${path}[${index}].version`, '1 or more');
    }
    imports.set(domain === undefined || domain === '' ? DEFAULT_DOMAIN : domain, Number(version));
  }
  return imports;
}

function checkNodes(
  nodes: NodeProto[],
  owner: string,
  imports: ReadonlyMap<string, number>,
  defined: ReadonlySet<string>,
): void {
  for (const { node, path } of nodesIn(nodes, owner)) {
    const domain = domainOf(node);
    const isFunction = defined.size > 0 && defined.has(functionKey({ ...node, name: node.opType ?? '' }));
    if (!isFunction && !isKnownDomain(domain)) {
      throw refusal(
        'onnx_operator_unsupported',
        `node ${quoted(node.name)} is a ${operatorLabel(node)}`,
        path,
        `an operator of ${DEFAULT_DOMAIN} or ${ML_DOMAIN}, or a function of the model itself`,
      );
    }
    const version = imports.get(domain);
    if (isFunction || version === undefined) {
      // A runtime imports the domains of ONNX by itself, at its newest version.
      if (version !== undefined || isKnownDomain(domain)) continue;
      const message = `${nodeLabel(node)} is of a domain that ${owner === 'graph' ? 'the model' : owner} does not import`;
      throw refusal('onnx_graph_invalid', message, `${path}.domain`, 'an entry for it in opsetImport');
    }
    const why = whyUnknown(domain, node.opType ?? '', version);
    if (why === undefined) continue;
    const message = `node ${quoted(node.name)} is a ${operatorLabel(node)}, ${why}`;
    throw refusal('onnx_operator_unsupported', message, `${path}.opType`, `an operator of ${domain} ${version}`);
  }
}
