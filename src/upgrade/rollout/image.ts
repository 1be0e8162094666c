import { parseImage } from '../../milvus/image.js';
import type { ImageReference } from '../../milvus/image.js';

/**
 * An image reference with what Docker leaves out filled in: `milvusdb/milvus` is `docker.io/milvusdb/milvus:latest`.
 * Undefined for a bare image id, which names no reference.
 * Source: https://github.com/distribution/reference/blob/main/normalize.go
 */
function complete(image: string): ImageReference | undefined {
  if (image === '' || /^(sha256:)?[0-9a-f]{64}$/.test(image)) return undefined;
  const read = parseImage(image);
  const [first = ''] = read.repository.split('/');
  const hasHost = read.repository.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const path = read.repository.includes('/') ? read.repository : `library/${read.repository}`;
  const repository = hasHost ? path.replace(/^index\.docker\.io\//, 'docker.io/') : `docker.io/${path}`;
  return read.tag === undefined && read.digest === undefined ? { repository, tag: 'latest' } : { ...read, repository };
}

/**
 * Whether `actual` is the image `target`. Admission webhooks commonly rewrite images to a mirror that keeps the path
 * (`registry.example/hub/milvusdb/milvus:v2.4.23`); such a mirror of the same path, tag and digest counts as the same.
 */
export function sameImage(target: string, actual: string): boolean {
  if (target === actual) return true;
  const [wanted, found] = [complete(target), complete(actual)];
  if (wanted === undefined || found === undefined) return false;
  if (wanted.tag !== found.tag || wanted.digest !== found.digest) return false;
  if (found.repository === wanted.repository) return true;
  const path = wanted.repository.replace(/^[^/]+\//, '');
  return path.includes('/') && found.repository.endsWith(`/${path}`);
}

/**
 * Whether the image that a runtime reports contradicts the pod's spec. Runtimes may report another name of the same
 * content, or a bare id; only another tag of the same repository says something.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodStatus (containerStatuses.image)
 */
export function contradicts(spec: string, reported: string): boolean {
  const [wanted, found] = [complete(spec), complete(reported)];
  return (
    wanted?.tag !== undefined &&
    found?.tag !== undefined &&
    wanted.repository === found.repository &&
    wanted.tag !== found.tag
  );
}
