import { describe, expect, it, jest } from '@jest/globals';
import { jsonFile, standalone, useBed } from './harness.js';
import { caught, expectCaught, expectUntouched, upgraded, type Installed } from './traps.js';
import { expectEnd, smallCluster } from './trouble.js';

/** Traps of values that a newer chart does not read, or reads as another Milvus; the table is in traps.test.ts. */
jest.setTimeout(300_000);
const bed = useBed();

const to22 = { 'target-version': '2.2.16' };

/** What old charts had shortcuts for, where newer ones read it. */
const asSettings = JSON.stringify({
  extraConfigFiles: {
    'user.yaml': 'etcd: {rootPath: tenant-a}\ncommon: {security: {authorizationEnabled: true}}\n',
  },
});

const shortcuts: Installed = {
  name: 'shortcuts',
  chart: '3.3.6',
  values: { ...standalone, metadata: { rootPath: 'tenant-a' }, authorization: { enabled: true } },
  traps: [
    {
      trap: 'J: root path and authorization in values that no newer chart reads',
      inputs: to22,
      result: 'refused',
      problems: ['values-removed-vital', 'root-path-changed', 'minio-fs-backend'],
      warned: ['etcd-image-jump', 'shared-volume'],
      says: /metadata\.rootPath -> etcd\.rootPath, authorization\.enabled -> common\.security\.authorizationEnabled/,
    },
    {
      trap: 'D, and R: a MinIO with data that newer ones may not read, on a volume for one pod',
      inputs: { ...to22, values: asSettings },
      result: 'refused',
      problems: ['minio-fs-backend'],
      warned: ['etcd-image-jump', 'shared-volume'],
      says: /minio-fs-backend: .*RELEASE\.2022-03-17T06-34-49Z -> .*RELEASE\.2023-03-20T20-16-18Z.*shared-volume: .*milvus-minio/s,
    },
  ],
};

const separate26 = 'L: separate coordinators into 2.6';
const coordinatorKeys = ['rootCoordinator', 'queryCoordinator', 'indexCoordinator', 'dataCoordinator'];

const coordinators: Installed = {
  name: 'separate',
  chart: '4.2.58',
  values: {
    ...smallCluster,
    pulsarv3: { enabled: false },
    mixCoordinator: { enabled: false },
    ...Object.fromEntries(coordinatorKeys.map((key) => [key, { enabled: true }])),
  },
  traps: [
    {
      trap: separate26,
      inputs: { 'target-version': '2.6.15' },
      result: 'refused',
      problems: ['several-hops'],
      says: /several-hops: .*2\.5\.16 -> 2\.5\.27 -> 2\.6\.15.*the first one prepares the release/,
    },
    {
      trap: 'L: a chart that has no Services for them',
      inputs: { 'target-version': '2.5.27', 'chart-version': '5.0.19' },
      result: 'refused',
      problems: ['chart-5-needs-milvus-2.6'],
      says: /no Services for separate coordinators/,
    },
  ],
};

const onShortcuts = caught(bed, shortcuts, async (scenario) => {
  const result = await scenario.run({ ...to22, values: asSettings, allow: 'minio-fs-backend' });
  return { result, config: await scenario.kubectl('get', 'configmap', 'milvus', '--output', 'yaml') };
});

const onCoordinators = caught(bed, coordinators, () => Promise.resolve());

describe('a chart before 4.0.0 with shortcuts, 2.2.0 to 2.2.16', () => {
  it.each(shortcuts.traps)('$trap', (row) => expectCaught(onShortcuts, row));
  it('nothing of it is written', () => expectUntouched(onShortcuts));

  it('J, away from it: with the settings in user.yaml, root path and authorization stay', async () => {
    const { result, config } = (await onShortcuts()).end;
    expectEnd(result, upgraded);
    const { before, after } = jsonFile(result, 'report-file');
    expect([before?.rootPath, after?.rootPath]).toMatchObject([{ value: 'tenant-a' }, { value: 'tenant-a' }]);
    expect(config).toContain('authorizationEnabled: true');
  });
});

describe('separate coordinators, 2.5 to 2.6', () => {
  it.each(coordinators.traps)('$trap', (row) => expectCaught(onCoordinators, row));
  it('nothing of it is written', () => expectUntouched(onCoordinators));

  it('L: the hop into mixcoord comes first, with the values that it takes', async () => {
    const result = (await onCoordinators()).results.get(separate26);
    if (result === undefined) throw new Error('nobody walked into it');
    const { hops } = jsonFile(result, 'plan-file');
    expect(hops.map(({ row, chartVersion }) => [row, chartVersion])).toEqual([
      ['2.5-mixcoord', '4.2.58'],
      ['2.5-to-2.6', '5.0.19'],
    ]);
    const flags = (hops[0]?.changes ?? []).map(({ key, value }) => [key, value]);
    expect(flags.sort()).toEqual(
      [['mixCoordinator.enabled', true], ...coordinatorKeys.map((key) => [`${key}.enabled`, false])].sort(),
    );
  });
});
