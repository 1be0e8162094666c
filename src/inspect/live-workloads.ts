import type { NamespaceObjects, Workload, WorkloadRef } from '../upgrade/rollout/objects.js';

/** A workload of the release as it lives. */
export interface LiveWorkload {
  readonly kind: WorkloadRef['kind'];
  readonly name: string;
  readonly object: Workload;
}

/** `Deployment my-milvus-proxy`: a workload in facts and sentences. */
export const workloadName = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `${kind} ${name}`;

/** The live objects of a release's workloads; those that do not exist are left out. */
export function liveWorkloads(refs: readonly WorkloadRef[], objects: NamespaceObjects): LiveWorkload[] {
  const kinds = { Deployment: objects.deployments, StatefulSet: objects.statefulSets } as const;
  return refs.flatMap(({ kind, name }) => {
    const object = kinds[kind].find(({ metadata }) => metadata.name === name);
    return object === undefined ? [] : [{ kind, name, object }];
  });
}

/** Orders by a text of each item, the same on every machine. */
export const sortedBy = <T>(items: readonly T[], text: (item: T) => string): T[] =>
  [...items].sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
