import type { ExportFile } from './artifacts.ts';
import { fileOf } from './export-run.ts';

/** The encoding of a version that goes out, and the archive that was sealed and signed. */
export interface ReleasedModel {
  line: string;
  version: string;
  variant: string;
  /** SHA-256 of the archive. */
  sha256: string;
  /** Key id of the builder. */
  sealedBy: string | undefined;
  archive: Uint8Array;
  onnx: Uint8Array;
}

/**
 * The folder `model/` of a run as `mlflow.onnx.load_model` reads it. Pre-processing is in the graph, so the model takes
 * the columns of its manifest and needs no code beside it.
 */
export function modelFolder(
  { line, version, variant, sha256, archive, onnx }: ReleasedModel,
  about: { createdAt: number; mlflowRun: string; card: string },
): ExportFile[] {
  const description = {
    artifact_path: 'model',
    flavors: {
      onnx: { code: null, data: 'model.onnx', providers: ['CPUExecutionProvider'] },
      python_function: { data: 'model.onnx', loader_module: 'mlflow.onnx' },
    },
    metadata: { plumbline: `${line}@${version}`, variant, bundle: `sha256:${sha256}` },
    model_uuid: sha256.slice(0, 32),
    run_id: about.mlflowRun,
    utc_time_created: new Date(about.createdAt).toISOString().replace('T', ' ').replace('Z', '000'),
  };
  return [
    // JSON is YAML; only its reader sees it.
    text('model/MLmodel', 'application/yaml', `${JSON.stringify(description, undefined, 2)}\n`),
    text('model/requirements.txt', 'text/plain', 'mlflow\nonnx\nonnxruntime\n'),
    text('model/card.md', 'text/markdown', about.card),
    fileOf('model/model.onnx', 'application/octet-stream', onnx),
    fileOf(`model/${line}-${version}-${variant}.plb`, 'application/octet-stream', archive),
  ];
}

function text(path: string, mediaType: string, content: string): ExportFile {
  return fileOf(path, mediaType, Buffer.from(content));
}
