// @ts-check
import { join } from 'node:path';

/**
 * How each program of the control plane is started.
 *
 * @typedef {{ etcd: number, etcdPeer: number, apiserver: number, kubelet: number }} Ports
 * @typedef {ReturnType<typeof layout>} Layout
 */

/** Everything the test bed keeps, under one directory. @param {string} root */
export const layout = (root) => ({
  root,
  lock: `${root}.lock`,
  record: join(root, 'cluster.json'),
  processes: join(root, 'processes.json'),
  etcd: join(root, 'etcd'),
  certificates: join(root, 'certificates'),
  certificate: join(root, 'certificates', 'apiserver.crt'),
  certificateKey: join(root, 'certificates', 'apiserver.key'),
  tokens: join(root, 'tokens.csv'),
  users: join(root, 'users.json'),
  takenUsers: join(root, 'taken-users'),
  serviceAccountKey: join(root, 'service-account.key'),
  serviceAccountPublicKey: join(root, 'service-account.pub'),
  kubeconfig: join(root, 'kubeconfig'),
  kwokConfig: join(root, 'kwok.yaml'),
  /** The only directory on kwok's PATH: what `kubectl exec` can run. */
  execPrograms: join(root, 'exec-programs'),
  /** HOME of the programs that tests run by hand. */
  home: join(root, 'home'),
  podLog: join(root, 'pod.log'),
  previousPodLog: join(root, 'pod.previous.log'),
  auditPolicy: join(root, 'audit-policy.json'),
  auditLog: join(root, 'audit.log'),
  /** One directory for each set of nodes that run processes. */
  agents: join(root, 'agents'),
  logs: join(root, 'logs'),
  logOf: (/** @type {string} */ name) => join(root, 'logs', `${name}.log`),
});

/** @param {Layout} at @param {Ports} ports */
export const etcdArguments = (at, ports) => [
  '--name=testbed',
  `--data-dir=${at.etcd}`,
  `--listen-client-urls=http://127.0.0.1:${ports.etcd}`,
  `--advertise-client-urls=http://127.0.0.1:${ports.etcd}`,
  `--listen-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
  `--initial-advertise-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
  `--initial-cluster=testbed=http://127.0.0.1:${ports.etcdPeer}`,
  '--unsafe-no-fsync', // nothing here has to survive the machine
  '--log-level=warn',
];

/** @param {Layout} at @param {Ports} ports */
export const apiserverArguments = (at, ports) => [
  `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  '--endpoint-reconciler-type=none', // a loopback address is not allowed in the endpoints of the kubernetes service
  `--secure-port=${ports.apiserver}`,
  `--cert-dir=${at.certificates}`,
  '--service-cluster-ip-range=10.96.0.0/12',
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${at.serviceAccountPublicKey}`,
  `--service-account-signing-key-file=${at.serviceAccountKey}`,
  `--token-auth-file=${at.tokens}`,
  '--authorization-mode=RBAC',
  // ServiceAccount would refuse pods until a namespace's default account exists. TaintNodesByCondition taints new nodes,
  // and the controller that takes the taint away is off (see below).
  '--disable-admission-plugins=ServiceAccount,TaintNodesByCondition',
  // Many scenarios share this server: no queueing by fairness, only wide limits.
  '--enable-priority-and-fairness=false',
  '--max-requests-inflight=3000',
  '--max-mutating-requests-inflight=1000',
  '--kubelet-preferred-address-types=InternalIP',
  // A node agent runs what it is asked to, so it wants to see who asks (kwok does not).
  `--kubelet-client-certificate=${at.certificate}`,
  `--kubelet-client-key=${at.certificateKey}`,
  `--audit-policy-file=${at.auditPolicy}`,
  `--audit-log-path=${at.auditLog}`,
  '--profiling=false',
  '--allow-privileged=true',
];

/** @param {Layout} at */
export const controllerManagerArguments = (at) => [
  `--kubeconfig=${at.kubeconfig}`,
  // node-lifecycle would mark the pods of a node not ready as soon as a heartbeat is late, which on a busy machine it
  // is, and kwok never makes them ready again.
  '--controllers=*,-node-lifecycle-controller,-node-ipam-controller,-cloud-node-lifecycle-controller',
  `--service-account-private-key-file=${at.serviceAccountKey}`,
  `--root-ca-file=${at.certificate}`,
  '--leader-elect=false',
  '--secure-port=0',
  '--kube-api-qps=500',
  '--kube-api-burst=1000',
  '--concurrent-deployment-syncs=20',
  '--concurrent-statefulset-syncs=20',
  '--concurrent-namespace-syncs=20',
  '--pvclaimbinder-sync-period=5s',
];

/** @param {Layout} at */
export const schedulerArguments = (at) => [
  `--kubeconfig=${at.kubeconfig}`,
  '--leader-elect=false',
  '--secure-port=0',
  '--kube-api-qps=500',
  '--kube-api-burst=1000',
];

/** @param {Layout} at @param {Ports} ports */
export const kwokArguments = (at, ports) => [
  `--kubeconfig=${at.kubeconfig}`,
  '--manage-all-nodes=false', // the nodes of agents are not its own
  '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
  '--node-ip=127.0.0.1',
  '--node-lease-duration-seconds=40',
  `--node-port=${ports.kubelet}`,
  `--server-address=127.0.0.1:${ports.kubelet}`,
  `--tls-cert-file=${at.certificate}`,
  `--tls-private-key-file=${at.certificateKey}`,
  ...['nodes', 'pods', 'failures'].map((name) => `--config=${join(import.meta.dirname, 'kwok', `${name}.yaml`)}`),
  `--config=${at.kwokConfig}`,
];

/** Which requests are written down: those of the users that tests are given. @param {string} group */
export const auditPolicy = (group) => ({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata', userGroups: [group] }, { level: 'None' }],
});

/** The objects for `kubectl logs` and `kubectl exec`. @param {Layout} at */
export const kwokDebugging = (at) => [
  {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterLogs',
    metadata: { name: 'logs' },
    spec: { logs: [{ logsFile: at.podLog, previousLogsFile: at.previousPodLog }] },
  },
  {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterExec',
    metadata: { name: 'exec' },
    spec: { execs: [{ local: { workDir: at.execPrograms, envs: [{ name: 'PATH', value: at.execPrograms }] } }] },
  },
];

/**
 * The log of every container, in the form of the container runtime interface. Some of its lines try what a hostile log
 * would: workflow commands, escape sequences, markup.
 * @param {string} time
 */
export const podLogLines = (time) =>
  [
    '[INFO] [roles/roles.go:271] ["starting running Milvus components"]',
    '::error::injected by a pod log',
    '::set-output name=result::injected by a pod log',
    '##[error]injected by a pod log',
    '::add-mask::upgraded',
    '\u001b[31mred\u001b[0m <img src=x onerror=alert(1)> | [link](https://example.invalid)',
    '[WARN] [sessionutil/session_util.go:488] ["fail to keep the session alive"]',
    'panic: failed to connect to etcd: context deadline exceeded',
  ]
    .map((text) => `${time} stderr F ${text}\n`)
    .join('');

/** @param {number} index */
export const node = (index) => {
  const name = `testbed-node-${index}`;
  const resources = { cpu: '1000', memory: '4Ti', pods: '5000', 'ephemeral-storage': '100Ti' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { 'kwok.x-k8s.io/node': 'fake', 'node.alpha.kubernetes.io/ttl': '0' },
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'topology.kubernetes.io/zone': `zone-${index}`,
      },
    },
    spec: { podCIDR: `10.${64 + index}.0.0/16`, podCIDRs: [`10.${64 + index}.0.0/16`] },
    status: { capacity: resources, allocatable: resources },
  };
};
