import type { KubeObject } from '../cluster/port.js';
import { at, objectsAt } from '../plan/compare/fields.js';
import type { ClaimFact } from '../plan/facts.js';
import { sortedBy, workloadName, type LiveWorkload } from './live-workloads.js';

/** Whether a workload uses a claim: by name in its pods, or made from a template of a StatefulSet (`data-my-etcd-0`). */
function uses({ name, object }: LiveWorkload, claim: string): boolean {
  const mounted = objectsAt(object, 'spec', 'template', 'spec', 'volumes').some(
    (volume) => at(volume, 'persistentVolumeClaim', 'claimName') === claim,
  );
  return (
    mounted ||
    objectsAt(object, 'spec', 'volumeClaimTemplates').some((template) => {
      const prefix = `${String(at(template, 'metadata', 'name'))}-${name}-`;
      return claim.startsWith(prefix) && /^\d+$/.test(claim.slice(prefix.length));
    })
  );
}

function claimFact(object: KubeObject, workload: LiveWorkload): ClaimFact {
  const storageClass = at(object, 'spec', 'storageClassName');
  const size = at(object, 'spec', 'resources', 'requests', 'storage');
  const modes = at(object, 'spec', 'accessModes');
  return {
    name: object.metadata.name,
    workload: workloadName(workload),
    ...(typeof storageClass === 'string' ? { storageClass } : {}),
    size: typeof size === 'string' ? size : '',
    accessModes: (Array.isArray(modes) ? modes : []).filter((mode): mode is string => typeof mode === 'string').sort(),
  };
}

/**
 * The PersistentVolumeClaims that workloads of the release use, sorted by name.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#volume-claim-templates
 */
export function claimFacts(objects: readonly KubeObject[], workloads: readonly LiveWorkload[]): ClaimFact[] {
  const found = objects.flatMap((object) => {
    const workload = workloads.find((candidate) => uses(candidate, object.metadata.name));
    return workload === undefined ? [] : [claimFact(object, workload)];
  });
  return sortedBy(found, ({ name }) => name);
}
