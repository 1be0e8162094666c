import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { checkIds, jsonFile, Scenario, standalone, story, useBed, type Values } from './harness.js';

/** Charts from 4.2.27 on switch Pulsar 2 off and Pulsar 3 on by default. Whatever queue runs has to stay. */
const bed = useBed();

interface Row {
  readonly name: string;
  readonly values: Values;
  readonly queue: string;
  readonly before: string[];
  readonly stored: Values;
}

const etcd = 'milvus-etcd';
const minio = 'milvus-minio';

const rows: readonly Row[] = [
  {
    name: 'pulsar',
    values: {},
    queue: 'pulsar2',
    before: [
      etcd, minio, 'milvus-pulsar-bookie', 'milvus-pulsar-broker', 'milvus-pulsar-proxy', 'milvus-pulsar-recovery',
      'milvus-pulsar-zookeeper',
    ], // prettier-ignore
    stored: { pulsar: { enabled: true }, pulsarv3: { enabled: false }, kafka: { enabled: false } },
  },
  {
    name: 'kafka',
    values: { pulsar: { enabled: false }, kafka: { enabled: true } },
    queue: 'kafka',
    before: [etcd, 'milvus-kafka', minio, 'milvus-zookeeper'],
    stored: { pulsar: { enabled: false }, pulsarv3: { enabled: false }, kafka: { enabled: true } },
  },
  {
    name: 'rocksmq',
    values: standalone,
    queue: 'rocksmq',
    before: [etcd],
    stored: {
      cluster: { enabled: false },
      pulsar: { enabled: false },
      pulsarv3: { enabled: false },
      kafka: { enabled: false },
      standalone: { messageQueue: 'rocksmq' },
    },
  },
];

const runs = new Map<string, { scenario: Scenario; before: string[]; result: RunnerResult }>();

const runOf = (name: string) => {
  const run = runs.get(name);
  if (run === undefined) throw new Error(`${name} did not run`);
  return run;
};

beforeAll(async () => {
  await Promise.all(
    rows.map(async ({ name, values }) => {
      const scenario = await Scenario.make(bed(), `queue-${name}`);
      await scenario.install('4.2.20', { values });
      const before = await scenario.statefulSets();
      runs.set(name, { scenario, before, result: await scenario.run({ 'target-version': '2.5.16' }) });
    }),
  );
}, 300_000);

describe.each(rows)('Milvus 2.4.16 on chart 4.2.20 to 2.5.16 on 4.2.58, with $name', (row) => {
  it('is upgraded', () => {
    const { result } = runOf(row.name);
    expect([result.outputs.result, story(result)]).toEqual(['upgraded', story(result)]);
    expect(result.outputs).toMatchObject({ 'source-version': '2.4.16', 'chart-version': '4.2.58', revision: '2' });
  });

  it('keeps its queue, and gets no other', async () => {
    const { scenario, before, result } = runOf(row.name);
    expect(before).toEqual(row.before);
    expect(await scenario.statefulSets()).toEqual(row.before);
    expect(jsonFile(result, 'report-file').after?.messageQueue).toMatchObject({ known: true, value: row.queue });
    expect(checkIds(result, 'blocked')).toEqual([]);
  });

  it('stores the flags that keep it', async () => {
    expect(await runOf(row.name).scenario.userValues()).toMatchObject(row.stored);
  });

  it('runs the target image everywhere', async () => {
    const images = Object.values(await runOf(row.name).scenario.images());
    expect(new Set(images)).toEqual(new Set(['milvusdb/milvus:v2.5.16']));
  });
});
