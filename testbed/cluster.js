// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { admitted, startAgent } from './agent.js';
import { apiClient, must } from './api.js';
import { layout } from './components.js';
import { kubeconfig } from './credentials.js';
import { ensureParts } from './part-sources.js';
import { until } from './processes.js';
import { run } from './run.js';
import { takeUser } from './users.js';

/**
 * What tests and the demo do with a test bed that is up.
 *
 * @typedef {import('./run.js').Ended} Ended
 * @typedef {{ kubeconfig?: string, env?: Record<string, string>, input?: string, timeoutMs?: number, check?: boolean, cwd?: string }} ProgramOptions
 *   kubeconfig: path, by default the administrator's
 * @typedef {{ name: string, uid: string, volumeName: string, phase: string }} Claim
 * @typedef {{ verb: string, group: string, resource: string, subresource: string, namespace: string, name: string, code: number }} UserRequest
 * @typedef {ReturnType<typeof openCluster>} Cluster
 */

const NAMESPACE_GONE_MS = 60_000;
const VOLUME_MS = 30_000;

/**
 * @param {import('./control-plane.js').ClusterRecord} record what `up` returned
 * @param {{ hostEnv?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options]
 */
export function openCluster(record, { hostEnv = process.env, log = () => {} } = {}) {
  const at = layout(record.stateDirectory);
  const api = apiClient({ ...record, token: record.admin.token });
  const baseEnv = { HOME: at.home, PATH: hostEnv.PATH ?? '/usr/bin:/bin' };

  /** @param {string} file @param {readonly string[]} args @param {ProgramOptions} options */
  const program = (file, args, { kubeconfig: config = record.kubeconfig, env, ...rest }) =>
    run(file, args, { ...rest, env: { ...baseEnv, KUBECONFIG: config, ...env } });

  return {
    record,
    /** The administrator's requests, as JSON. */
    api,
    /** The text that `kubectl logs` gives for every container (and `--previous`), in the runtime's form: write to it to change it. */
    podLog: at.podLog,

    /** @param {readonly string[]} args @param {ProgramOptions} [options] @returns {Promise<Ended>} */
    kubectl: (args, options = {}) => program(record.programs.kubectl ?? 'kubectl', args, options),

    /** @param {string} version `3.22.0` @param {readonly string[]} args @param {ProgramOptions} [options] @returns {Promise<Ended>} */
    helm: async (version, args, options = {}) => {
      const paths = await ensureParts([`helm-${version}`], { env: hostEnv, log });
      return program(paths[`helm-${version}`] ?? 'helm', args, options);
    },

    /**
     * A namespace, and volumes for its claims. Volumes have no storage class and are large, so each fits any claim: they
     * form one pool to which every namespace adds as many as it may need.
     * @param {string} name @param {{ volumes?: number, labels?: Record<string, string>, agent?: import('./agent.js').Agent }} [options]
     *   agent: the pods of this namespace run as processes on its nodes, and on no other
     */
    createNamespace: async (name, { volumes = 30, labels = {}, agent } = {}) => {
      const marked = agent ? { ...labels, ...agent.namespaceLabels } : labels;
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: marked } };
      await must(api, 'POST', '/api/v1/namespaces', namespace);
      if (agent) await admitted(api, name);
      await Promise.all(
        Array.from({ length: volumes }, (_, i) => must(api, 'POST', '/api/v1/persistentvolumes', volume(name, i))),
      );
      // The binder passes over volumes that are not Available yet, and looks again only seconds later.
      const mine = `/api/v1/persistentvolumes?labelSelector=testbed/made-for%3D${name}`;
      const noted = await until(
        async () =>
          (await must(api, 'GET', mine)).items.every((/** @type {any} */ pv) => pv.status.phase !== 'Pending'),
        VOLUME_MS,
      );
      if (!noted) throw new Error(`the volumes of namespace ${name} were not available after ${VOLUME_MS / 1000} s`);
    },

    /**
     * Starts nodes whose pods run as processes of this machine. Stop it when the tests are done; `down` does without.
     * @param {Omit<import('./agent.js').AgentOptions, 'api' | 'at' | 'program'>} options
     */
    startAgent: async (options) => {
      const { 'testbed-agent': file = '' } = await ensureParts(['testbed-agent'], { env: hostEnv, log });
      return startAgent({ ...options, api, at, program: file });
    },

    /** Deletes a namespace with everything in it, stuck pods too, and the volumes that it used. @param {string} name */
    deleteNamespace: async (name) => {
      const path = `/api/v1/namespaces/${name}`;
      await must(api, 'DELETE', path, undefined, { expected: [200, 202, 404, 409] });
      const gone = await until(
        async () => {
          const now = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
          await must(api, 'DELETE', `${path}/pods`, now, { expected: [200, 404] });
          return (await api('GET', path)).status === 404;
        },
        NAMESPACE_GONE_MS,
        250,
      );
      if (!gone) throw new Error(`namespace ${name} is still there after ${NAMESPACE_GONE_MS / 1000} s`);
      const { items } = await must(api, 'GET', '/api/v1/persistentvolumes');
      const used = items.filter((/** @type {any} */ pv) => pv.spec.claimRef?.namespace === name);
      await Promise.all(
        used.map((/** @type {any} */ pv) =>
          must(api, 'DELETE', `/api/v1/persistentvolumes/${pv.metadata.name}`, undefined, { expected: [200, 404] }),
        ),
      );
    },

    /**
     * A user of its own with exactly these rights, who signs in with a token.
     * @param {string} namespace
     * @param {{ manifests?: string, bind?: readonly { kind: 'Role' | 'ClusterRole', name: string }[] }} [rights]
     *   `manifests`: YAML of Roles (made and bound in the namespace) and ClusterRoles (made under a name of their own,
     *   bound for the cluster); `bind`: existing roles, bound in the namespace
     */
    createUser: async (namespace, { manifests = '', bind = [] } = {}) => {
      const roles = parseAllDocuments(manifests)
        .map((document) => document.toJS())
        .filter(Boolean);
      const user = await takeUser(api, at, { namespace, roles, bind });
      const config = kubeconfig({ ...record, user, namespace });
      return { ...user, server: record.server, certificateAuthority: record.certificateAuthority, kubeconfig: config };
    },

    /** The claims of a namespace, by name. @param {string} namespace @returns {Promise<Claim[]>} */
    claims: async (namespace) => {
      const { items } = await must(api, 'GET', `/api/v1/namespaces/${namespace}/persistentvolumeclaims`);
      return items
        .map((/** @type {any} */ { metadata, spec, status }) => ({
          name: metadata.name,
          uid: metadata.uid,
          volumeName: spec.volumeName ?? '',
          phase: status.phase,
        }))
        .sort((/** @type {Claim} */ a, /** @type {Claim} */ b) => (a.name < b.name ? -1 : 1));
    },

    /** What a user from `createUser` has asked of the API server so far. @param {string} userName @returns {UserRequest[]} */
    requestsOf: (userName) => {
      if (!existsSync(at.auditLog)) return [];
      return readFileSync(at.auditLog, 'utf8')
        .split('\n')
        .filter((line) => line.includes(`"${userName}"`))
        .map((line) => JSON.parse(line))
        .filter(({ user }) => user.username === userName)
        .map(({ verb, objectRef = {}, responseStatus }) => ({
          verb,
          group: objectRef.apiGroup ?? '',
          resource: objectRef.resource ?? '',
          subresource: objectRef.subresource ?? '',
          namespace: objectRef.namespace ?? '',
          name: objectRef.name ?? '',
          code: responseStatus?.code ?? 0,
        }));
    },
  };
}

/** @param {string} namespace @param {number} index */
const volume = (namespace, index) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `${namespace}-${index}`, labels: { 'testbed/made-for': namespace } },
  spec: {
    capacity: { storage: '10Ti' },
    accessModes: ['ReadWriteOnce', 'ReadWriteMany', 'ReadOnlyMany'],
    persistentVolumeReclaimPolicy: 'Retain',
    hostPath: { path: `/testbed/${namespace}-${index}` }, // never mounted: no container runs
  },
});
