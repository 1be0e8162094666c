import type { Written } from '../../../src/cluster/port.js';
import { resources } from '../../../src/cluster/resources.js';
import { acquireLock } from '../../../src/upgrade/lock/acquire.js';
import { epochOf, holderOf, microTime, recordName, takenLease, type Lease } from '../../../src/upgrade/lock/lease.js';
import { release, type Case, type Ports, type Stage } from '../stage.js';
import { endOf } from '../views.js';

const { leases } = resources;

const told = (answer: Written<Lease>): string => {
  const lease = answer.written ? answer.object : answer.found;
  return `${answer.written ? 'written' : 'not written'}: ${holderOf(lease) ?? 'nobody'}, epoch ${epochOf(lease)}`;
};

const taken = (stage: Stage, holder: string, epoch: number, found?: Lease): Lease =>
  takenLease(found, { release, namespace: stage.namespace, holder, epoch }, stage.clock.now());

async function held(stage: Stage): Promise<Lease> {
  const answer = await stage.ports.create(leases, taken(stage, 'us', 1));
  if (!answer.written) throw new Error('it was there');
  return answer.object;
}

const renewed = (lease: Lease, at: number): Lease => ({ ...lease, spec: { ...lease.spec, renewTime: microTime(at) } });

const lock = (stage: Stage, cluster: Ports, holder: string) =>
  acquireLock({
    cluster,
    clock: stage.clock,
    emit: () => undefined,
    release,
    namespace: stage.namespace,
    holder,
    above: 0,
    signal: new AbortController().signal,
  });

export const leaseCases: readonly Case[] = [
  {
    name: 'a Lease keeps what was written, to the microsecond',
    act: async (stage) => {
      const lease = taken(stage, 'us', 3);
      await stage.ports.create(leases, lease);
      const found = await stage.ports.get<Lease>(leases, recordName(release), stage.namespace);
      return [
        JSON.stringify(Object.entries(found?.spec ?? {}).sort()) ===
          JSON.stringify(Object.entries(lease.spec ?? {}).sort()),
        found?.metadata.generation,
      ];
    },
    expected: [true, undefined],
  },
  {
    name: 'its holder renews a Lease again and again',
    act: async (stage) => {
      let lease = await held(stage);
      const seen: string[] = [];
      for (const n of [1, 2]) {
        const answer = await stage.ports.replace(leases, renewed(lease, stage.clock.now() + n));
        seen.push(told(answer));
        if (answer.written) lease = answer.object;
      }
      return seen;
    },
    expected: ['written: us, epoch 1', 'written: us, epoch 1'],
  },
  {
    name: 'a Lease that was taken over is not renewed any more',
    act: async (stage) => {
      const lease = await held(stage);
      return [
        told(await stage.others.replace(leases, taken(stage, 'them', 2, lease))),
        told(await stage.ports.replace(leases, renewed(lease, stage.clock.now() + 1))),
      ];
    },
    expected: ['written: them, epoch 2', 'not written: them, epoch 2'],
  },
  {
    name: 'a Lease that was renewed meanwhile is not taken over',
    act: async (stage) => {
      const lease = await held(stage);
      return [
        told(await stage.ports.replace(leases, renewed(lease, stage.clock.now() + 1))),
        told(await stage.others.replace(leases, taken(stage, 'them', 2, lease))),
      ];
    },
    expected: ['written: us, epoch 1', 'not written: us, epoch 1'],
  },
  {
    name: 'a Lease can be given back, and is taken again with a new epoch',
    act: async (stage) => {
      const lease = await held(stage);
      const free = await stage.ports.replace(leases, { ...lease, spec: { ...lease.spec, holderIdentity: '' } });
      return [
        told(free),
        free.written && told(await stage.others.replace(leases, taken(stage, 'them', 2, free.object))),
      ];
    },
    expected: ['written: nobody, epoch 1', 'written: them, epoch 2'],
  },
  {
    name: 'the lock goes from one run to the next, and never to two',
    act: async (stage) => {
      const first = await lock(stage, stage.ports, 'us');
      const second = endOf(lock(stage, stage.others, 'them'));
      const refused = await second;
      await first.release();
      const next = await lock(stage, stage.others, 'them');
      const epochs = [first.epoch, next.epoch];
      await next.release();
      return [refused, ...epochs];
    },
    expected: ['release-locked', 1, 2],
  },
];
