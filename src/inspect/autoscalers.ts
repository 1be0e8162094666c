import type { KubeObject } from '../cluster/port.js';
import { at } from '../plan/compare/fields.js';
import type { AutoscalerFact } from '../plan/facts.js';
import { sortedBy, workloadName, type LiveWorkload } from './live-workloads.js';

const numberAt = (object: KubeObject, otherwise: number, ...path: readonly string[]): number => {
  const value = at(object, ...path);
  return typeof value === 'number' ? value : otherwise;
};

interface Shape {
  readonly kind: AutoscalerFact['kind'];
  readonly min: readonly [field: string, otherwise: number];
  readonly max: readonly [field: string, otherwise: number];
}

function factsOf(objects: readonly KubeObject[], workloads: readonly LiveWorkload[], shape: Shape): AutoscalerFact[] {
  const found = objects.flatMap((object): AutoscalerFact[] => {
    const reference = at(object, 'spec', 'scaleTargetRef');
    // A ScaledObject that names no kind means a Deployment.
    const [kind, name] = [at(reference, 'kind') ?? 'Deployment', at(reference, 'name')];
    const target = workloads.find((workload) => workload.kind === kind && workload.name === name);
    return target === undefined
      ? []
      : [
          {
            kind: shape.kind,
            name: object.metadata.name,
            workload: workloadName(target),
            min: numberAt(object, shape.min[1], 'spec', shape.min[0]),
            max: numberAt(object, shape.max[1], 'spec', shape.max[0]),
          },
        ];
  });
  return sortedBy(found, ({ name }) => name);
}

/** KEDA makes a HorizontalPodAutoscaler for each ScaledObject; it is told by the latter. */
const isKedas = ({ metadata }: KubeObject): boolean =>
  (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'ScaledObject');

/**
 * HorizontalPodAutoscalers (autoscaling/v1) of workloads of the release, sorted by name.
 *
 * @param kedaIsKnown ScaledObjects could be read, so that the autoscalers that KEDA made need not be told again
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v1/
 */
export const horizontalAutoscalers = (
  objects: readonly KubeObject[],
  workloads: readonly LiveWorkload[],
  kedaIsKnown: boolean,
): AutoscalerFact[] =>
  factsOf(kedaIsKnown ? objects.filter((object) => !isKedas(object)) : objects, workloads, {
    kind: 'HorizontalPodAutoscaler',
    min: ['minReplicas', 1],
    max: ['maxReplicas', 1],
  });

/**
 * ScaledObjects of workloads of the release, sorted by name.
 *
 * @see https://keda.sh/docs/latest/reference/scaledobject-spec/
 */
export const kedaAutoscalers = (objects: readonly KubeObject[], workloads: readonly LiveWorkload[]): AutoscalerFact[] =>
  factsOf(objects, workloads, {
    kind: 'ScaledObject',
    min: ['minReplicaCount', 0],
    max: ['maxReplicaCount', 100],
  });
