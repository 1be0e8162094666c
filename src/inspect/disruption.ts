import type { KubeObject } from '../cluster/port.js';
import { at } from '../plan/compare/fields.js';
import type { DisruptionBudgetFact } from '../plan/facts.js';
import { sortedBy, workloadName, type LiveWorkload } from './live-workloads.js';
import { selects } from './selector.js';

/**
 * PodDisruptionBudgets (policy/v1) that select pods of the release, sorted by name.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
 */
export function disruptionBudgets(
  objects: readonly KubeObject[],
  workloads: readonly LiveWorkload[],
): DisruptionBudgetFact[] {
  const found = objects.flatMap((object): DisruptionBudgetFact[] => {
    const selector = at(object, 'spec', 'selector');
    const selected = workloads.filter((workload) =>
      selects(selector, workload.object.spec?.template.metadata?.labels ?? {}),
    );
    const allowed = at(object, 'status', 'disruptionsAllowed');
    return selected.length === 0
      ? []
      : [
          {
            name: object.metadata.name,
            workloads: selected.map(workloadName).sort(),
            disruptionsAllowed: typeof allowed === 'number' ? allowed : 0,
          },
        ];
  });
  return sortedBy(found, ({ name }) => name);
}
