import { known, unknown, type Known } from '../../src/milvus/knowledge.js';
import type { ClaimFact } from '../../src/plan/facts.js';
import { diff, milvusObject, object, rendering, type CheckRow, type ContextSetup } from './context.js';

const claim = (modes: readonly string[]) =>
  object('PersistentVolumeClaim', 'my-milvus-minio', { spec: { accessModes: modes } });
const minio = (strategy: object, restarts = true, more: readonly ReturnType<typeof object>[] = []): ContextSetup => ({
  comparison: rendering(
    [
      object('Deployment', 'my-milvus-minio', {
        spec: {
          replicas: 1,
          strategy,
          template: { spec: { volumes: [{ name: 'x', persistentVolumeClaim: { claimName: 'my-milvus-minio' } }] } },
        },
      }),
      ...more,
    ],
    { diff: [{ ...diff('Deployment', 'my-milvus-minio', 'changed'), restarts }] },
  ),
});
const surge = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } };
const claims = (value: Known<readonly ClaimFact[]>) => ({ inspection: { facts: { claims: value } } });
const fact = {
  name: 'my-milvus-minio',
  workload: 'Deployment my-milvus-minio',
  size: '5Gi',
  accessModes: ['ReadWriteOnce'],
};

const slow = (timeoutMs: number | undefined, replicas: number, strategy: object, restarts = true): ContextSetup => ({
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
  comparison: rendering(
    [
      milvusObject('querynode', {
        replicas,
        strategy,
        template: { spec: { containers: [{ name: 'querynode', readinessProbe: { initialDelaySeconds: 90 } }] } },
      }),
    ],
    { diff: [{ ...diff('Deployment', 'my-milvus-querynode', 'changed'), restarts }] },
  ),
});
const oneByOne = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
const minutes = (count: number) => count * 60_000;

export const rolloutRows: readonly CheckRow[] = [
  {
    id: 'pulsar-initialize',
    speaks: {
      'Pulsar 2': { userValues: { pulsar: { enabled: true, initialize: true } } },
      'Pulsar 3, in the stored values': { storedValues: { pulsarv3: { initialize: true } }, comparison: undefined },
    },
    names: /pulsar(v3)?\.initialize to true/,
    silent: {
      'a Pulsar that is off': { userValues: { pulsar: { enabled: false, initialize: true } } },
      'one that is not initialised': { userValues: { pulsar: { initialize: false } } },
    },
    status: 'warned',
    overridable: true,
    covered: true,
  },
  {
    id: 'shared-volume',
    speaks: {
      'a claim of the chart': minio(surge, true, [claim(['ReadWriteOnce'])]),
      'a claim that exists, and the default strategy': { ...minio({}), ...claims(known([fact], 'x')) },
    },
    names: /my-milvus-minio on my-milvus-minio/,
    silent: {
      'the old pod stopped first': minio({ type: 'Recreate' }, true, [claim(['ReadWriteOnce'])]),
      'no surge': minio({ rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }, true, [claim(['ReadWriteOnce'])]),
      'a volume for many': minio(surge, true, [claim(['ReadWriteMany'])]),
      'a pod that stays': minio(surge, false, [claim(['ReadWriteOnce'])]),
      'a claim that may not be read': { ...minio(surge), ...claims(unknown('may not')) },
    },
    status: 'warned',
    overridable: true,
    covered: false,
  },
  {
    id: 'slow-probes',
    speaks: {
      'less than one probe': slow(minutes(1), 1, {}),
      'many pods one by one': slow(minutes(30), 30, oneByOne),
    },
    names: /my-milvus-querynode cannot be ready before (90|2700) s .* timeout is (60|1800) s/,
    silent: {
      'time enough': slow(minutes(60), 30, oneByOne),
      'many pods at a quarter each': slow(minutes(5), 30, {}),
      'all at once': slow(minutes(2), 30, { type: 'Recreate' }),
      'pods that stay': slow(minutes(1), 1, {}, false),
      'no timeout': slow(undefined, 30, oneByOne),
    },
    status: 'warned',
    overridable: true,
    covered: false,
  },
];
