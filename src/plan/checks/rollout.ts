import type { KubeObject } from '../../cluster/port.js';
import { componentOf } from '../../milvus/components.js';
import { getPath } from '../../values/tree.js';
import { at, objectsAt } from '../compare/fields.js';
import { names, nextValues, type Check, type CheckContext } from './check.js';

/** Rendered Deployments whose pods would be replaced. */
function restarted({ comparison }: CheckContext): readonly KubeObject[] {
  const moving = new Set(
    (comparison?.diff ?? []).filter(({ kind, restarts }) => kind === 'Deployment' && restarts).map(({ name }) => name),
  );
  return (comparison?.rendered.manifest ?? []).filter(
    ({ kind, metadata }) => kind === 'Deployment' && moving.has(metadata.name),
  );
}

/** `25%` or `1` of a number of pods. Kubernetes rounds surge up and unavailable down. */
function podsOf(value: unknown, replicas: number, round: (pods: number) => number): number {
  if (typeof value === 'number') return value;
  const [, percent = '25'] = /^(\d+)%$/.exec(typeof value === 'string' ? value : '') ?? [];
  return round((Number(percent) / 100) * replicas);
}

interface Rollout {
  /** Pods that may be started before an old one has stopped. */
  readonly surge: number;
  /** How often pods have to become ready one after another. */
  readonly waves: number;
}

/** @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment */
function rolloutOf(object: KubeObject, replicas: number): Rollout {
  if (at(object, 'spec', 'strategy', 'type') === 'Recreate') return { surge: 0, waves: 1 };
  const limit = (name: string): unknown => at(object, 'spec', 'strategy', 'rollingUpdate', name);
  const surge = podsOf(limit('maxSurge'), replicas, Math.ceil);
  const together = Math.max(1, surge + podsOf(limit('maxUnavailable'), replicas, Math.floor));
  return { surge, waves: Math.ceil(replicas / together) };
}

const replicasOf = ({ inspection: { facts } }: CheckContext, object: KubeObject): number => {
  const said = at(object, 'spec', 'replicas');
  if (typeof said === 'number') return said;
  return facts.workloads.find(({ kind, name }) => kind === object.kind && name === object.metadata.name)?.wanted ?? 1;
};

/** Seconds that a Deployment's probes alone take until all its new pods can be ready. */
function probeSeconds(context: CheckContext, object: KubeObject): number {
  const delays = objectsAt(object, 'spec', 'template', 'spec', 'containers').map((container) => {
    const delay = at(container, 'readinessProbe', 'initialDelaySeconds');
    return typeof delay === 'number' ? delay : 0;
  });
  return rolloutOf(object, replicasOf(context, object)).waves * Math.max(0, ...delays);
}

/** Claims of a Deployment that one node alone can mount at a time, as far as that is known. */
function exclusiveClaims({ comparison, inspection: { facts } }: CheckContext, object: KubeObject): readonly string[] {
  const known = facts.claims.known ? facts.claims.value : [];
  const modesOf = (name: string): readonly unknown[] => {
    const rendered = comparison?.rendered.manifest.find(
      ({ kind, metadata }) => kind === 'PersistentVolumeClaim' && metadata.name === name,
    );
    const modes = at(rendered, 'spec', 'accessModes');
    return Array.isArray(modes) ? modes : (known.find((claim) => claim.name === name)?.accessModes ?? []);
  };
  return objectsAt(object, 'spec', 'template', 'spec', 'volumes')
    .map((volume) => at(volume, 'persistentVolumeClaim', 'claimName'))
    .filter((name): name is string => typeof name === 'string')
    .filter((name) => {
      const modes = modesOf(name);
      return modes.length > 0 && modes.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
    });
}

/** Checks of how the new pods would come up. */
export const rolloutChecks: readonly Check[] = [
  {
    id: 'pulsar-initialize',
    severity: 'warn',
    overridable: true,
    covered: true,
    why: 'It makes the one-time initialisation of Pulsar run again on each upgrade, and its Job cannot be changed once it is there.',
    source: 'https://github.com/apache/pulsar-helm-chart/issues/47',
    find: (context) => {
      const found = ['pulsar', 'pulsarv3'].filter(
        (section) =>
          getPath(nextValues(context), `${section}.initialize`) === true &&
          getPath(nextValues(context), `${section}.enabled`) !== false,
      );
      return found.length === 0
        ? undefined
        : {
            seen: `The user values set ${names(found.map((section) => `${section}.initialize`))} to true.`,
            remedy: 'Set it to null in `values`: the chart initialises Pulsar at the first installation by itself.',
          };
    },
  },
  {
    id: 'shared-volume',
    severity: 'warn',
    overridable: true,
    // Which claims can be shared is told by claims that not every account may list.
    covered: false,
    why: 'The new pod starts while the old one holds a volume that one node alone can mount: on another node it never starts.',
    source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes',
    find: (context) => {
      const found = restarted(context)
        .filter((object) => rolloutOf(object, replicasOf(context, object)).surge > 0)
        .flatMap((object) => exclusiveClaims(context, object).map((claim) => `${object.metadata.name} on ${claim}`));
      return found.length === 0
        ? undefined
        : {
            seen: `Deployments would start a second pod on a ReadWriteOnce volume: ${names(found)}.`,
            remedy:
              'Let the old pod stop first: strategy Recreate (for the MinIO of the chart: minio.DeploymentUpdate.type).',
          };
    },
  },
  {
    id: 'slow-probes',
    severity: 'warn',
    overridable: true,
    covered: false,
    why: 'The readiness probe of the chart waits 90 s before it asks, so that no pod is ready earlier.',
    source: 'https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/values.yaml',
    find: (context) => {
      const { timeoutMs } = context;
      const slowest = restarted(context)
        .filter((object) => componentOf(object) !== undefined)
        .map((object) => ({ name: object.metadata.name, seconds: probeSeconds(context, object) }))
        .reduce((slow, one) => (one.seconds > slow.seconds ? one : slow), { name: '', seconds: 0 });
      return timeoutMs === undefined || timeoutMs > slowest.seconds * 1000
        ? undefined
        : {
            seen: `Deployment ${slowest.name} cannot be ready before ${slowest.seconds} s by its readiness probes, and the timeout is ${timeoutMs / 1000} s.`,
            remedy: 'Set a longer timeout; the default of 60m is enough for ordinary releases.',
          };
    },
  },
];
