import type { KubeObject } from '../../cluster/port.js';
import { olderImage } from '../../milvus/dependency-image.js';
import { at, objectsAt } from '../compare/fields.js';
import { names, type Check, type CheckContext } from './check.js';

interface Scaling {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const onClaim = (object: KubeObject): boolean =>
  objectsAt(object, 'spec', 'template', 'spec', 'volumes').some(
    (volume) => at(volume, 'persistentVolumeClaim') != null,
  );

/** The dependencies with a store of their own (StatefulSets, and Deployments on a claim) that would get fewer replicas. */
function fewer({ comparison, inspection: { facts, manifest } }: CheckContext): Scaling[] {
  const keyed = (objects: readonly KubeObject[]): Map<string, KubeObject> =>
    new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
  const before = keyed(manifest);
  const after = keyed(comparison?.rendered.manifest ?? []);
  return facts.workloads.flatMap(({ kind, name, component, exists, wanted: from }) => {
    const [old, next] = [before.get(`${kind}/${name}`), after.get(`${kind}/${name}`)];
    if (!exists || component !== undefined || next === undefined) return [];
    if (kind === 'Deployment' && ![old, next].some((object) => object !== undefined && onClaim(object))) return [];
    const said = at(next, 'spec', 'replicas');
    // Left out where it stood before, it is taken away, and the server's default is 1; never there, it stays as it is.
    const to = typeof said === 'number' ? said : at(old, 'spec', 'replicas') == null ? from : 1;
    return to < from ? [{ name: `${kind} ${name}`, from, to }] : [];
  });
}

const inWords = (all: readonly Scaling[]): string => names(all.map(({ name, from, to }) => `${name} ${from} -> ${to}`));

/** Checks of etcd, object storage and message queue as workloads of the release. */
export const dependencyChecks: readonly Check[] = [
  {
    id: 'dependency-scaled-to-zero',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'Milvus cannot run without its etcd, object storage and message queue.',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#replicas',
    find: (context) => {
      const gone = fewer(context).filter(({ to }) => to === 0);
      return gone.length === 0
        ? undefined
        : {
            seen: `This upgrade would stop dependencies: ${inWords(gone)}.`,
            remedy: 'Set their replicas (for example etcd.replicaCount) to what runs, and look at the plan again.',
          };
    },
  },
  {
    id: 'dependency-shrinks',
    severity: 'block',
    overridable: true,
    covered: true,
    why: 'A member that is taken away by its replicas alone stays a member: etcd can lose its quorum, a queue its copies.',
    source: 'https://kubernetes.io/docs/tasks/run-application/scale-stateful-set/',
    find: (context) => {
      const less = fewer(context).filter(({ to }) => to > 0);
      return less.length === 0
        ? undefined
        : {
            seen: `This upgrade would take replicas from dependencies: ${inWords(less)}.`,
            remedy:
              'Set their replicas (for example etcd.replicaCount) to what runs; allow this check only after the members were removed.',
          };
    },
  },
  {
    id: 'dependency-image-older',
    severity: 'block',
    overridable: true,
    covered: true,
    why: 'An older etcd or MinIO may not read what a newer one wrote; going back needs a procedure of its own.',
    source: 'https://github.com/etcd-io/etcd/discussions/14605',
    find: ({ comparison }) => {
      const older = (comparison?.diff ?? []).flatMap(({ kind, name, images }) =>
        images
          .filter(({ from, to }) => from !== undefined && to !== undefined && olderImage(from, to))
          .map(({ from = '', to = '' }) => `${kind} ${name} ${from} -> ${to}`),
      );
      return older.length === 0
        ? undefined
        : {
            seen: `This upgrade would go back to older images: ${names(older)}.`,
            remedy:
              'Set the tag that runs (etcd.image.tag, minio.image.tag) in `values`, or take a chart-version that brings it.',
          };
    },
  },
];
