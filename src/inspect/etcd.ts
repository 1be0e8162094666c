import type { EtcdConfig } from '../milvus/etcd.js';
import { known, unknown } from '../milvus/knowledge.js';
import type { EtcdFact, WorkloadFact } from '../plan/facts.js';
import { workloadName } from './live-workloads.js';

const ownWorkload = /^(StatefulSet|Deployment)\/(.+)$/;

function membersOf({ place, servers }: EtcdConfig, workloads: readonly WorkloadFact[]): EtcdFact['members'] {
  if (!place.known) return place;
  if (place.value !== 'release' || !servers.known) return unknown('etcd is not part of the release');
  const own = servers.value.map((server): WorkloadFact | undefined => {
    const [, kind, name] = ownWorkload.exec(server) ?? [];
    return workloads.find((workload) => workload.kind === kind && workload.name === name);
  });
  const there = own.filter((workload) => workload !== undefined);
  if (there.length < own.length) return unknown('no workload of the release is behind the Service that Milvus uses');
  const sum = (count: (workload: WorkloadFact) => number): number => there.reduce((all, one) => all + count(one), 0);
  const members = { wanted: sum(({ wanted }) => wanted), ready: sum(({ ready }) => ready) };
  return known(members, there.map(workloadName).join(', '));
}

/** What the configuration says about etcd, with the members of an etcd of the release. */
export const etcdFact = (config: EtcdConfig, workloads: readonly WorkloadFact[]): EtcdFact => ({
  ...config,
  members: membersOf(config, workloads),
});
