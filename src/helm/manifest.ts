import type { KubeObject } from '../cluster/port.js';
import { failed } from '../problem.js';
import { arrayOf, isObject, stringOf } from './json.js';
import type { JsonObject } from './json.js';
import { parseKubernetesYaml, YamlError } from './yaml.js';

/** Kinds outside any namespace, https://kubernetes.io/docs/reference/kubernetes-api/. Others are taken as namespaced. */
const clusterScoped: ReadonlySet<string> = new Set([
  'APIService',
  'CSIDriver',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PodSecurityPolicy',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttributesClass',
]);

/** One key for an object of a manifest and its live counterpart, whatever API version it was written with. */
export const objectKey = (kind: string, name: string, namespace?: string): string =>
  `${kind}/${namespace ?? ''}/${name}`;

const unreadable = (what: string): Error =>
  failed({
    id: 'manifest-unreadable',
    what: `The manifest of the release cannot be read: ${what}.`,
    why: 'What runs and what the new chart brings are compared object by object before anything is changed.',
    remedy: 'Look at it with `helm get manifest <release>`; it must be a series of Kubernetes objects in YAML.',
  });

function withNamespace(document: JsonObject, namespace: string): KubeObject {
  const { apiVersion, kind, metadata } = document;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isObject(metadata))
    throw unreadable('an object in it has no apiVersion, kind or metadata');
  const name = metadata.name;
  if (typeof name !== 'string' || name === '') throw unreadable(`an object of kind ${kind} in it has no name`);
  const given = stringOf(metadata.namespace);
  const own = given === '' && !clusterScoped.has(kind) ? { namespace } : {};
  return { ...document, apiVersion, kind, metadata: { ...metadata, name, ...own } };
}

/** The objects in a List, which leave out their kind where the list's own says it. */
function itemsOf(list: JsonObject, kind: string): readonly unknown[] {
  return arrayOf(list.items).map((item) =>
    isObject(item) && kind !== 'List'
      ? { apiVersion: list.apiVersion, kind: kind.slice(0, -'List'.length), ...item }
      : item,
  );
}

function objectsOf(document: unknown, namespace: string): KubeObject[] {
  if (document === null || document === undefined) return [];
  if (!isObject(document)) throw unreadable('a document in it is not an object');
  const kind = stringOf(document.kind);
  if (kind.endsWith('List') && Array.isArray(document.items))
    return itemsOf(document, kind).flatMap((item) => objectsOf(item, namespace));
  return [withNamespace(document, namespace)];
}

/**
 * The objects of a rendered manifest (YAML of several documents, as `helm get manifest` shows it), in their order.
 * Empty documents are left out, Lists are opened, and the release's namespace is filled in where an object of a
 * namespaced kind names none. Throws a Problem `manifest-unreadable`, which never quotes the manifest.
 */
export function parseManifest(manifest: string, namespace: string): KubeObject[] {
  let documents: unknown[];
  try {
    documents = parseKubernetesYaml(manifest);
  } catch (error) {
    if (error instanceof YamlError) throw unreadable(error.message);
    throw error;
  }
  return documents.flatMap((document) => objectsOf(document, namespace));
}
