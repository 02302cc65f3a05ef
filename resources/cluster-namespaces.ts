/**
 * Namespaces as a cluster prints them: what `kubectl get namespaces -o yaml` writes is read as it is, and each becomes the Namespace
 * resource that says the same. Problems point at what stands in the file.
 */

import type { Path } from './problem.ts';
import { API_VERSION, fieldOf } from './resource.ts';
import type { YamlDocument } from './yaml-file.ts';

/** Of Kubernetes, as `namespaces` and lists of them have it. */
const CORE = 'v1';
/** An annotation of the namespace; without it, it is one of the default tenant. */
const TENANT = 'herald/tenant';

/** `document` itself where it is nothing of a cluster's. */
export function clusterDocuments(document: YamlDocument): YamlDocument[] {
  const { value } = document;
  if (fieldOf(value, 'apiVersion') !== CORE) return [document];
  const items = fieldOf(value, 'items');
  if (fieldOf(value, 'kind') === 'List' && Array.isArray(items)) {
    return items.map((item, i) => asResource(document, item, ['items', i]));
  }
  return [asResource(document, value, [])];
}

/** Another kind than Namespace stays as it is, and is refused as such where it stands. */
function asResource({ file, problem }: YamlDocument, item: unknown, at: Path): YamlDocument {
  const place: YamlDocument['problem'] = (path, ...rest) => problem([...at, ...inCluster(path)], ...rest);
  if (fieldOf(item, 'kind') !== 'Namespace')
    return { file, value: item, problem: (path, ...rest) => problem([...at, ...path], ...rest) };
  const metadata = fieldOf(item, 'metadata');
  const tenant = fieldOf(fieldOf(metadata, 'annotations'), TENANT);
  const value = {
    apiVersion: API_VERSION,
    kind: 'Namespace',
    metadata: { name: fieldOf(metadata, 'name'), ...(tenant === undefined ? {} : { tenant }) },
    spec: { labels: fieldOf(metadata, 'labels') ?? {} },
  };
  return { file, value, problem: place };
}

/** Where that field stands in what the cluster printed. */
function inCluster(path: Path): Path {
  const [first, second, ...rest] = path;
  if (first === 'spec') return ['metadata', ...(second === undefined ? [] : [second]), ...rest];
  if (first === 'metadata' && second === 'tenant') return ['metadata', 'annotations', TENANT];
  return path;
}
