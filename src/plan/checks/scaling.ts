import { renderedConfig } from '../../inspect/configuration.js';
import { componentOf } from '../../milvus/components.js';
import { switchOf, type ConfigSource } from '../../milvus/config.js';
import type { Component } from '../../milvus/knowledge.js';
import { at } from '../compare/fields.js';
import { names, type Check, type CheckContext } from './check.js';

/** Where each coordinator's active standby is switched on. */
const standbySettings: Partial<Readonly<Record<Component, readonly string[]>>> = {
  mixcoord: ['mixCoord.enableActiveStandby', 'rootCoord.enableActiveStandby'],
  rootcoord: ['rootCoord.enableActiveStandby'],
  querycoord: ['queryCoord.enableActiveStandby'],
  indexcoord: ['indexCoord.enableActiveStandby'],
  datacoord: ['dataCoord.enableActiveStandby'],
};

/** Coordinators that would run more than once without a standby mode. */
function doubled({ comparison, inspection: { config, facts } }: CheckContext): readonly string[] {
  if (comparison === undefined) return [];
  const { manifest } = comparison.rendered;
  const source: ConfigSource = { configMap: renderedConfig(manifest) ?? config, manifest };
  return manifest.flatMap((object) => {
    const component = componentOf(object);
    const settings = component === undefined ? undefined : standbySettings[component];
    if (settings === undefined) return [];
    const { name } = object.metadata;
    // Without replicas in the manifest, what runs stays.
    const said = at(object, 'spec', 'replicas') ?? facts.workloads.find((one) => one.name === name)?.wanted;
    if (typeof said !== 'number' || said < 2) return [];
    // What cannot be read is the matter of `identity-unknown`.
    const switches = settings.map((setting) => switchOf(source, setting, false));
    return switches.every((standby) => standby.known && !standby.value) ? [`${name} (${said})`] : [];
  });
}

/** Checks of how many of each there are, and who sets that. */
export const scalingChecks: readonly Check[] = [
  {
    id: 'coordinator-replicas',
    severity: 'block',
    overridable: true,
    covered: true,
    why: 'A coordinator holds an exclusive session in etcd: without active standby the second one fails to register and restarts for ever.',
    source: 'https://github.com/milvus-io/milvus/issues/28063',
    find: (context) => {
      const found = doubled(context);
      return found.length === 0
        ? undefined
        : {
            seen: `Coordinators would run more than once without active standby: ${names(found)}.`,
            remedy:
              'Set their replicas to 1, or switch on active standby (for example mixCoordinator.activeStandby.enabled).',
          };
    },
  },
  {
    id: 'autoscaler',
    severity: 'warn',
    overridable: true,
    covered: false,
    why: 'Helm sets the replicas of its values, and the autoscaler sets its own again: pods start and stop in between.',
    source:
      'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling',
    find: ({ comparison, inspection: { facts } }) => {
      const { horizontal, keda } = facts.autoscalers;
      const all = [...(horizontal.known ? horizontal.value : []), ...(keda.known ? keda.value : [])];
      const written = new Set(
        (comparison?.rendered.manifest ?? [])
          .filter((object) => typeof at(object, 'spec', 'replicas') === 'number')
          .map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      );
      const found = all.filter(({ workload }) => written.has(workload));
      return found.length === 0
        ? undefined
        : {
            seen: `Autoscalers set replicas that this upgrade writes too: ${names(
              found.map(({ kind, name, workload, min, max }) => `${kind} ${name} (${workload}, ${min} to ${max})`),
            )}.`,
            remedy:
              'Put the replicas that run into `values` for this upgrade (for example queryNode.replicas); the autoscaler goes on from there.',
          };
    },
  },
  {
    id: 'disruption-budget',
    severity: 'warn',
    overridable: true,
    covered: false,
    why: 'A budget limits evictions, not rollouts: it does not hold this upgrade back, and nodes cannot be drained meanwhile.',
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-budgets',
    find: ({ comparison, inspection: { facts } }) => {
      const restarted = new Set(
        (comparison?.diff ?? []).filter(({ restarts }) => restarts).map(({ kind, name }) => `${kind} ${name}`),
      );
      const found = (facts.disruptionBudgets.known ? facts.disruptionBudgets.value : [])
        .filter(({ disruptionsAllowed }) => disruptionsAllowed === 0)
        .map((budget) => ({ ...budget, workloads: budget.workloads.filter((name) => restarted.has(name)) }))
        .filter(({ workloads }) => workloads.length > 0);
      return found.length === 0
        ? undefined
        : {
            seen: `PodDisruptionBudgets that allow no disruption now select pods that this upgrade replaces: ${names(
              found.map(({ name, workloads }) => `${name} (${names(workloads, 2)})`),
            )}.`,
            remedy: 'Nothing to do if the interruption is expected; no node should be drained during the upgrade.',
          };
    },
  },
];
