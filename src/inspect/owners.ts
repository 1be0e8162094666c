import type { KubeObject } from '../cluster/port.js';
import type { OwnerFact } from '../plan/facts.js';
import { sortedBy, workloadName, type LiveWorkload } from './live-workloads.js';

/** Annotations may hold anything: only what looks like the name of an object is told. */
const objectName = /^[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?$/i;

interface Mark {
  readonly owner: OwnerFact['owner'];
  readonly evidence: string;
  /** The owner's name where the object carries the mark ('' if it cannot be told), undefined where it does not. */
  readonly find: (object: KubeObject) => string | undefined;
}

const label =
  (key: string): Mark['find'] =>
  ({ metadata }) =>
    metadata.labels?.[key];

/** `my-app:apps/Deployment:db/my-milvus-proxy`; Argo CD itself ignores one that was copied from another object. */
function trackedBy({ apiVersion, kind, metadata }: KubeObject): string | undefined {
  const id = metadata.annotations?.['argocd.argoproj.io/tracking-id'];
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  const own = `:${group}/${kind}:${metadata.namespace ?? ''}/${metadata.name}`;
  return id?.endsWith(own) === true ? id.slice(0, -own.length) : undefined;
}

/**
 * How controllers mark what they look after. Argo CD's other label, app.kubernetes.io/instance, is written by the
 * Milvus chart itself and tells nothing.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 * @see https://github.com/fluxcd/helm-controller/pull/238
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/
 * @see https://github.com/zilliztech/milvus-operator
 */
const marks: readonly Mark[] = [
  { owner: 'argo-cd', evidence: 'argocd.argoproj.io/tracking-id', find: trackedBy },
  { owner: 'argo-cd', evidence: 'argocd.argoproj.io/instance', find: label('argocd.argoproj.io/instance') },
  { owner: 'flux', evidence: 'helm.toolkit.fluxcd.io/name', find: label('helm.toolkit.fluxcd.io/name') },
  { owner: 'flux', evidence: 'kustomize.toolkit.fluxcd.io/name', find: label('kustomize.toolkit.fluxcd.io/name') },
  {
    owner: 'milvus-operator',
    evidence: 'ownerReferences',
    find: ({ metadata }) =>
      metadata.ownerReferences?.find(({ apiVersion, kind }) => kind === 'Milvus' && apiVersion.startsWith('milvus.io/'))
        ?.name,
  },
  {
    owner: 'milvus-operator',
    evidence: 'app.kubernetes.io/managed-by',
    find: ({ metadata }) => (metadata.labels?.['app.kubernetes.io/managed-by'] === 'milvus-operator' ? '' : undefined),
  },
];

/** The controllers whose marks the live workloads of a release carry, one fact for each mark and name. */
export function ownerFacts(workloads: readonly LiveWorkload[]): OwnerFact[] {
  const found = new Map<string, OwnerFact>();
  for (const workload of workloads) {
    for (const { owner, evidence, find } of marks) {
      const said = find(workload.object);
      if (said === undefined) continue;
      const name = objectName.test(said) ? said : undefined;
      const key = [owner, evidence, name ?? ''].join(' ');
      const objects = [...(found.get(key)?.objects ?? []), workloadName(workload)].sort();
      found.set(key, { owner, ...(name === undefined ? {} : { name }), evidence, objects });
    }
  }
  return sortedBy([...found], ([key]) => key).map(([, fact]) => fact);
}
