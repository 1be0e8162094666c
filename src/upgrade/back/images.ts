import type { KubeObject } from '../../cluster/port.js';
import { componentOf } from '../../milvus/components.js';
import type { Component } from '../../milvus/knowledge.js';
import { at, objectsAt } from '../../plan/compare/fields.js';
import type { WorkloadRef } from '../rollout/objects.js';

/** A container, init containers included, whose image one manifest changes. */
export interface ImageChange {
  readonly container: string;
  /** Absent: the container is new. */
  readonly from?: string;
  readonly to: string;
}

/** A Deployment or StatefulSet that runs other images in the newer manifest, or that only the newer one has. */
export interface ChangedWorkload extends WorkloadRef {
  readonly added: boolean;
  /** Containers of the newer manifest with an image that the older one does not give them; all of an added workload. */
  readonly images: readonly ImageChange[];
}

/** Where the kinds that bring pods keep their pod spec. */
const podSpecs: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  Pod: ['spec'],
};

/** Images by container of a pod spec, init containers first. */
export function containerImages(podSpec: unknown): ReadonlyMap<string, string> {
  const containers = [...objectsAt(podSpec, 'initContainers'), ...objectsAt(podSpec, 'containers')];
  return new Map(
    containers.flatMap(({ name, image }): [string, string][] =>
      typeof name === 'string' && typeof image === 'string' ? [[name, image]] : [],
    ),
  );
}

interface Pods {
  readonly kind: string;
  readonly name: string;
  readonly component: Component | undefined;
  readonly images: ReadonlyMap<string, string>;
}

const podsOf = (manifest: readonly KubeObject[]): ReadonlyMap<string, Pods> =>
  new Map(
    manifest.flatMap((object): [string, Pods][] => {
      const { kind, metadata } = object;
      const path = podSpecs[kind];
      if (path === undefined) return [];
      const images = containerImages(at(object, ...path));
      return [[`${kind}/${metadata.name}`, { kind, name: metadata.name, component: componentOf(object), images }]];
    }),
  );

const isRolledOut = (kind: string): kind is WorkloadRef['kind'] => kind === 'Deployment' || kind === 'StatefulSet';

/** What two manifests of a release differ in as far as programs go. */
export interface ProgramChanges {
  readonly workloads: readonly ChangedWorkload[];
  /** Other objects with pods (`Job my-job`) that changed: what they have run cannot be told from workloads and pods. */
  readonly others: readonly string[];
}

/**
 * Workloads for which the newer manifest brings another program. A pod template that changes in anything but its images
 * runs the programs that ran before: what a configuration could do to the data (another queue, root path, bucket or
 * mode) is refused before an upgrade begins, so that only images count here.
 *
 * @param older objects of the revision to go back to
 * @param newer objects of the last revision
 */
export function programChanges(older: readonly KubeObject[], newer: readonly KubeObject[]): ProgramChanges {
  const before = podsOf(older);
  const changed = [...podsOf(newer)].flatMap(([key, { kind, name, component, images }]) => {
    const old = before.get(key);
    const changes = [...images].flatMap(([container, to]): ImageChange[] => {
      const from = old?.images.get(container);
      return from === to ? [] : [{ container, to, ...(from === undefined ? {} : { from }) }];
    });
    if (old !== undefined && changes.length === 0) return [];
    return [{ kind, name, component, added: old === undefined, images: changes }];
  });
  return {
    workloads: changed.flatMap(({ kind, component, ...rest }): ChangedWorkload[] =>
      isRolledOut(kind) ? [{ kind, ...rest, ...(component === undefined ? {} : { component }) }] : [],
    ),
    others: changed.filter(({ kind }) => !isRolledOut(kind)).map(({ kind, name }) => `${kind} ${name}`),
  };
}

/** Every image of a manifest, sorted: whether two revisions run the same programs. */
export const programsOf = (manifest: readonly KubeObject[]): readonly string[] =>
  [...podsOf(manifest)]
    .flatMap(([key, { images }]) => [...images].map(([name, image]) => `${key}/${name} ${image}`))
    .sort();
