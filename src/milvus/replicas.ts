import { gte, valid } from 'semver';
import type { Values } from '../helm/port.js';
import type { WorkloadFact } from '../plan/facts.js';
import type { FrozenValue } from '../plan/plan.js';
import { reach, type Given } from '../values/given.js';
import { effective } from '../values/merge.js';
import { getPath } from '../values/tree.js';
import { components } from './components.js';
import type { Running } from './frozen.js';
import type { Component } from './knowledge.js';

/**
 * First chart whose template takes a component's replicas from the values (`queryNode.replicas`). Before it, and for a
 * standalone in every version, the template says 1 whatever the values say.
 *
 * @see https://github.com/zilliztech/milvus-helm/tree/master/charts/milvus/templates
 */
export const replicasSince: Readonly<Partial<Record<Component, string>>> = {
  proxy: '3.0.0',
  querynode: '3.0.0',
  indexnode: '3.0.0',
  datanode: '3.0.0',
  rootcoord: '4.0.4',
  querycoord: '4.0.4',
  indexcoord: '4.0.4',
  datacoord: '4.0.4',
  mixcoord: '4.0.9',
  streamingnode: '4.2.8',
  cdc: '5.0.8',
};

/** What the replicas of the next revision are decided from. */
export interface ReplicasQuestion {
  readonly running: Running;
  /** The chart of the hop: its version and default values. */
  readonly chartVersion: string;
  readonly chartValues: Values;
  readonly given: Given;
  /** What this run freezes or changes: which components there will be. */
  readonly frozen: readonly FrozenValue[];
}

/** The number that the chart makes of a value; undefined: it leaves the replicas to whoever sets them. */
function rendered(value: unknown): number | undefined {
  const count = typeof value === 'string' ? Number.parseInt(value, 10) : value;
  // Nothing is what the API server makes 1 of.
  if (typeof count !== 'number' || Number.isNaN(count)) return 1;
  return count < 0 ? undefined : count;
}

/** Workloads whose replicas an autoscaler sets; KEDA makes a HorizontalPodAutoscaler of each of its own. */
function autoscaled({ facts: { autoscalers } }: Running): ReadonlySet<string> {
  const all = [autoscalers.horizontal, autoscalers.keda].flatMap((list) => (list.known ? list.value : []));
  return new Set(all.map(({ workload }) => workload));
}

const isLeft = (component: Component, valueKey: string, frozen: readonly FrozenValue[]): boolean =>
  frozen.some(
    ({ key, value }) =>
      value === false &&
      (key === `${valueKey}.enabled` || (component === 'streamingnode' && key === 'streaming.enabled')),
  );

const templates = (component: Component, chartVersion: string): boolean => {
  const since = replicasSince[component];
  return since !== undefined && valid(chartVersion) !== null && gte(chartVersion, since);
};

/**
 * Replicas that were scaled since the last upgrade, as values for the next one: Helm would set them back otherwise. What
 * this run's own values say wins; so does an autoscaler. A workload at zero is never passed on: somebody stopped it, and
 * the values still say how many there are to be.
 *
 * One value rules all Deployments of a component (`replicaResourceGroups` makes several): where they differ, none is
 * passed on.
 */
export function replicasPassedOn(question: ReplicasQuestion): readonly FrozenValue[] {
  const { running, chartVersion, chartValues, given, frozen } = question;
  const next = effective(chartValues, running.base.userValues);
  const scaled = autoscaled(running);
  return components.flatMap(({ component, valueKey }): FrozenValue[] => {
    const key = `${valueKey}.replicas`;
    const workloads = running.facts.workloads.filter((one) => one.component === component && one.exists);
    const [live, ...others] = [...new Set(workloads.map(({ wanted }) => wanted))];
    const value = rendered(getPath(next, key));
    const stays =
      others.length > 0 || live === undefined || live === 0 || value === undefined || value === live ||
      !templates(component, chartVersion) ||
      getPath(chartValues, key) === undefined ||
      reach(given.values, key) !== undefined ||
      workloads.some((one) => scaled.has(named(one))) ||
      isLeft(component, valueKey, frozen); // prettier-ignore
    if (stays) return [];
    return [{ key, value: live, from: `${workloads.map(named).join(', ')} as it runs; the values say ${value}` }];
  });
}

const named = ({ kind, name }: WorkloadFact): string => `${kind} ${name}`;
