import type { KubeObject } from '../../src/cluster/port.js';
import type { PodBehaviour } from '../model/kubelet.js';

interface Fate {
  /** Tag of the image by which the model knows it. */
  readonly tag: string;
  readonly model: NonNullable<PodBehaviour['fate']>;
  /** What the test bed knows it by, where that is not the tag. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

/** Pods that do not simply become ready. */
export const fates = {
  neverPulled: { tag: 'never-pulls', model: 'never-pulled' },
  crashes: { tag: 'crashes', model: 'crashes', annotations: { 'testbed/crash-loop': 'true' } },
  neverReady: { tag: 'never-ready', model: 'never-ready', annotations: { 'testbed/never-ready': 'true' } },
  unschedulable: { tag: 'no-node', model: 'unschedulable', nodeSelector: { disk: 'nowhere' } },
} as const satisfies Record<string, Fate>;

export const repository = 'registry.test/app';

/** Pod template of one container: a tag that becomes ready, or a fate. */
export function template(app: string, image: string | Fate) {
  const { tag, annotations, nodeSelector }: Omit<Fate, 'model'> = typeof image === 'string' ? { tag: image } : image;
  return {
    metadata: { labels: { app }, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      containers: [{ name: 'main', image: `${repository}:${tag}` }],
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
    },
  };
}

export const deployment = (name: string, replicas: number, image: string | Fate, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name, image), ...spec },
});

export const statefulSet = (name: string, replicas: number, image: string | Fate, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name },
  spec: {
    replicas,
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: template(name, image),
    ...spec,
  },
});

/** The object with other fields in its spec. */
export const withSpec =
  (spec: object) =>
  (live: KubeObject): KubeObject => ({ ...live, spec: { ...(live.spec as object), ...spec } });

/** The workload with another image. */
export const withImage =
  (image: string | Fate) =>
  (live: KubeObject): KubeObject =>
    withSpec({ template: template(live.metadata.name, image) })(live);
