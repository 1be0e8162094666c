import type { CheckRow, ContextSetup } from './context.js';

const before = (version: string, chartValues: object = {}) => ({
  base: {
    chart: { name: 'milvus', version, appVersion: '2.2.0' },
    chartValues: chartValues as Record<string, unknown>,
  },
});
const hop = (from: string, to: string, userValues: object, defaults: object = {}): ContextSetup => ({
  inspection: before(from, defaults),
  chartVersion: to,
  userValues: userValues as Record<string, unknown>,
});
const file = (text: string) => ({ extraConfigFiles: { 'user.yaml': text } });
const against = (userValues: object, chartValues: object, from = '4.1.24', to = '4.2.20'): ContextSetup => ({
  ...hop(from, to, userValues),
  chartValues: chartValues as Record<string, unknown>,
});
const chart = {
  proxy: { replicas: 1, resources: {}, nodeSelector: {} },
  ingress: { enabled: false, annotations: { a: 'b' } },
  serviceAccount: { name: null },
  etcd: { replicaCount: 3 },
};

export const valueRows: readonly CheckRow[] = [
  {
    id: 'values-removed-vital',
    speaks: {
      'a root path of its own': hop('3.3.6', '4.0.34', { metadata: { rootPath: 'my-root' } }),
      authorization: hop('3.3.6', '4.0.34', { authorization: { enabled: true } }),
      'a prefix of the channels': hop('3.2.18', '4.0.1', { msgChannel: { chanNamePrefix: { cluster: 'mine' } } }),
      'another setting in user.yaml': hop('3.3.6', '4.0.34', {
        metadata: { rootPath: 'my-root' },
        ...file('etcd: { kvSubPath: kv }'),
      }),
    },
    names:
      /metadata\.rootPath -> etcd\.rootPath|authorization\.enabled -> common\.security\.authorizationEnabled|msgChannel\.chanNamePrefix\.cluster -> common/,
    silent: {
      'what the old chart said anyway': hop(
        '3.3.6',
        '4.0.34',
        { metadata: { rootPath: 'by-dev' }, authorization: { enabled: false } },
        { metadata: { rootPath: 'by-dev' }, authorization: { enabled: false } },
      ),
      'the setting in user.yaml': hop('3.3.6', '4.0.34', {
        metadata: { rootPath: 'my-root' },
        ...file('etcd:\n  rootPath: my-root'),
      }),
      'a chart that knows it': hop('3.2.18', '3.3.6', { metadata: { rootPath: 'my-root' } }),
      'a boundary that was crossed long ago': hop('4.0.34', '4.1.28', { metadata: { rootPath: 'my-root' } }),
      'a tuned value': hop('3.3.6', '4.0.34', { dataCoordinator: { segment: { maxSize: 1024 } } }),
      'a chart of unknown version': hop('mine', '4.0.34', { metadata: { rootPath: 'my-root' } }),
    },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'values-removed',
    speaks: {
      'a tuned value': hop('3.3.6', '4.0.34', { dataCoordinator: { segment: { maxSize: 1024 } } }),
      'one beside a default': hop(
        '3.3.6',
        '4.0.34',
        { dataCoordinator: { segment: { maxSize: 1024, maxLife: 3600 } } },
        { dataCoordinator: { segment: { maxSize: 512, maxLife: 3600 } } },
      ),
    },
    names: /: dataCoordinator\.segment\.maxSize -> dataCoord\.segment\.maxSize\./,
    silent: {
      'a root path, which is told apart': hop('3.3.6', '4.0.34', { metadata: { rootPath: 'my-root' } }),
      'the same number as a text': hop(
        '3.3.6',
        '4.0.34',
        { proxy: { maxTaskNum: '1024' } },
        { proxy: { maxTaskNum: 1024 } },
      ),
      'a null': hop('3.3.6', '4.0.34', { quotaAndLimits: { enabled: null } }),
      'values that the chart still has': hop('3.3.6', '4.0.34', { proxy: { replicas: 3 } }),
    },
    status: 'blocked',
    overridable: true,
    covered: true,
  },
  {
    id: 'values-dropped',
    speaks: {
      'hosts of an ingress': hop('4.0.8', '4.0.34', { ingress: { hosts: ['milvus.example.com'] } }),
      'image.tools': hop('4.2.58', '5.0.19', { image: { tools: { repository: 'mirror.test/tools' } } }),
    },
    names: /ingress\.hosts \(write ingress\.rules|image\.tools \(drop it/,
    silent: {
      'defaults that were copied': hop(
        '4.0.8',
        '4.0.34',
        { ingress: { hosts: ['milvus-example.local'] } },
        { ingress: { hosts: ['milvus-example.local'] } },
      ),
      'a dependency that was copied, with its lists': hop(
        '4.0.34',
        '4.1.28',
        { mysql: { enabled: false, accessModes: ['ReadWriteOnce'], limits: {} } },
        { mysql: { enabled: false, accessModes: ['ReadWriteOnce'], limits: {} } },
      ),
      'a chart that knows them': hop('4.2.20', '4.2.58', { image: { tools: { tag: 'v0.1.2' } } }),
    },
    status: 'warned',
    overridable: true,
    covered: true,
  },
  {
    id: 'values-unknown',
    speaks: {
      'a mistyped key': against({ proxy: { replica: 3 } }, chart),
      'a section that was never there': against({ proxys: {} }, chart),
      'one that an earlier chart dropped': against({ mysql2: {}, authorization: { enabled: true } }, chart),
    },
    names: /chart 4\.2\.20 does not show: (proxy\.replica|proxys|mysql2, authorization)\./,
    silent: {
      'keys in maps that are empty in the chart': against({ proxy: { resources: { limits: { cpu: 2 } } } }, chart),
      'keys in maps of free keys': against(
        { ingress: { annotations: { mine: 'x' } }, proxy: { labels: { a: 1 } } },
        chart,
      ),
      'keys of a dependency': against({ etcd: { auth: { rbac: { enabled: false } } } }, chart),
      'keys under a null of the chart': against({ serviceAccount: { name: { odd: 1 } } }, chart),
      'a null that does nothing': against({ proxys: null }, chart),
      'values that only templates name': against(
        { proxy: { volumes: [], tls: { crt: 'x' } } },
        { proxy: { tls: { enabled: false } } },
      ),
      'values that are told elsewhere': against({ ingress: { hosts: ['a'] } }, chart, '4.0.8', '4.0.34'),
      'the chart that is installed': against({ proxys: {} }, chart, '4.2.20', '4.2.20'),
      'no chart values': hop('4.1.24', '4.2.20', { proxys: {} }),
    },
    status: 'warned',
    overridable: true,
    covered: true,
  },
];
