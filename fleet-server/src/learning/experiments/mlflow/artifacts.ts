import { isTheirs } from './errors.ts';
import type { Mlflow } from './rest.ts';

export interface ExportFile {
  /** Below the folder of the run, with `/`. */
  path: string;
  mediaType: string;
  sha256: string;
  sizeBytes: number;
  bytes(): Promise<Uint8Array>;
}

/**
 * Where the server itself takes files of a run (`mlflow server --serve-artifacts`, the usual case since 2.0); undefined
 * where they belong into a store that wants credentials of its own.
 */
export function uploadUrl({ uri }: Mlflow, artifactUri: string, path: string): string | undefined {
  const proxy = `${uri}/api/2.0/mlflow-artifacts/artifacts`;
  const file = path.split('/').map(encodeURIComponent).join('/');
  if (!URL.canParse(artifactUri)) return undefined;
  const { protocol, host, pathname } = new URL(artifactUri);
  if (protocol === 'mlflow-artifacts:' && (host === '' || host === new URL(uri).host)) {
    return `${proxy}${pathname.replace(/^\/*/, '/').replace(/\/+$/, '')}/${file}`;
  }
  if (artifactUri.startsWith(`${proxy}/`)) return `${artifactUri.replace(/\/+$/, '')}/${file}`;
  return undefined;
}

/** @returns whether they are there now; false where this server takes no files */
export async function uploadFiles(mlflow: Mlflow, artifactUri: string, files: readonly ExportFile[]): Promise<boolean> {
  for (const file of files) {
    const url = uploadUrl(mlflow, artifactUri, file.path);
    if (url === undefined) return false;
    try {
      await mlflow.put(url, await file.bytes(), file.mediaType);
    } catch (error) {
      if (isTheirs(error, 'NOT_SERVING_ARTIFACTS', 'ENDPOINT_NOT_FOUND')) return false;
      throw error;
    }
  }
  return true;
}
