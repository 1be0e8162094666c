import type { KubeObject } from '../cluster/port.js';
import type { Component, CoordinatorStyle, Mode } from './knowledge.js';

/** One row of the component table. */
export interface ComponentRow {
  /** The `component` label, the container's name and the Deployment's suffix. */
  readonly component: Component;
  /** Section of the chart's values. */
  readonly valueKey: string;
  /** One of the four coordinators, or the process that holds them all. */
  readonly coordinator?: 'separate' | 'mixcoord';
}

/**
 * All Milvus components of all chart versions. Attu carries Milvus's labels too, but is another program with an image
 * of its own, so it is not in here.
 *
 * @see https://github.com/zilliztech/milvus-helm/tree/master/charts/milvus/templates
 */
export const components: readonly ComponentRow[] = [
  { component: 'standalone', valueKey: 'standalone' },
  { component: 'proxy', valueKey: 'proxy' },
  { component: 'mixcoord', valueKey: 'mixCoordinator', coordinator: 'mixcoord' },
  { component: 'rootcoord', valueKey: 'rootCoordinator', coordinator: 'separate' },
  { component: 'querycoord', valueKey: 'queryCoordinator', coordinator: 'separate' },
  { component: 'indexcoord', valueKey: 'indexCoordinator', coordinator: 'separate' },
  { component: 'datacoord', valueKey: 'dataCoordinator', coordinator: 'separate' },
  { component: 'querynode', valueKey: 'queryNode' },
  { component: 'indexnode', valueKey: 'indexNode' },
  { component: 'datanode', valueKey: 'dataNode' },
  { component: 'streamingnode', valueKey: 'streamingNode' },
  { component: 'cdc', valueKey: 'cdc' },
];

/** `helm.sh/chart` as the Milvus chart writes it, whatever nameOverride says: `milvus-4.2.20`. */
const milvusChart = /^milvus-\d/;

/** The Milvus component that an object of the manifest (or of the cluster) is the Deployment of, if any. */
export function componentOf(object: KubeObject): Component | undefined {
  const { labels } = object.metadata;
  if (object.kind !== 'Deployment' || !milvusChart.test(labels?.['helm.sh/chart'] ?? '')) return undefined;
  return components.find(({ component }) => component === labels?.component)?.component;
}

/** What a release consists of. */
export interface Topology {
  readonly mode: Mode;
  readonly coordinators: CoordinatorStyle;
  readonly streamingNode: boolean;
  readonly indexNode: boolean;
  /** Milvus's own Deployments, in the manifest's order. */
  readonly workloads: readonly { readonly component: Component; readonly name: string; readonly object: KubeObject }[];
}

const styles: Readonly<Record<string, CoordinatorStyle>> = {
  '': 'none',
  separate: 'separate',
  mixcoord: 'mixcoord',
  'mixcoord,separate': 'mixed',
};

/** Reads the topology from the objects of a release; undefined when there is no Milvus Deployment among them. */
export function topologyOf(objects: readonly KubeObject[]): Topology | undefined {
  const workloads = objects.flatMap((object) => {
    const component = componentOf(object);
    return component === undefined ? [] : [{ component, name: object.metadata.name, object }];
  });
  if (workloads.length === 0) return undefined;
  const present = new Set(workloads.map(({ component }) => component));
  const kinds = new Set(
    components.flatMap(({ component, coordinator }) =>
      coordinator !== undefined && present.has(component) ? [coordinator] : [],
    ),
  );
  return {
    mode: present.has('standalone') ? 'standalone' : 'cluster',
    coordinators: styles[[...kinds].sort().join(',')] ?? 'none',
    streamingNode: present.has('streamingnode'),
    indexNode: present.has('indexnode'),
    workloads,
  };
}
