// @ts-check
/**
 * The rows of the node agent's image table for a Milvus release: which program stands for which image.
 *
 * @typedef {import('./agent.js').Image} Image
 *
 * @typedef {object} Needs
 * @property {Record<string, string>} programs of ensurePrograms
 * @property {Record<string, string>} parts paths of `etcd` and `etcdctl`
 * @property {readonly string[]} versions of Milvus, as image tags (`v2.1.4`): an image with another tag cannot be pulled
 * @property {string} [control] file that says what goes wrong, read at every step: programs/internal/control
 * @property {import('./milvus-2.1.js').Milvus21} [milvus21] then image v2.1.0 is the real one, for a standalone pod
 */

/** @param {Needs} needs @returns {Image[]} */
export const milvusImages = ({ programs, parts, versions, control, milvus21 }) => [
  ...(milvus21 ? [realMilvus(programs, milvus21)] : []),
  ...versions.map((version) => simulatedMilvus(programs, version, control)),
  {
    match: 'milvusdb/meta-migration:v2\\.2\\.0(-bugfix-20230112)?$',
    files: { '/milvus/bin/meta-migration': program(programs, 'meta-migration') },
    directories: ['/milvus'],
    workingDir: '/milvus',
    env: controlled(control),
  },
  {
    // Init container of charts 3.3.2 to 4.1.x.
    match: 'milvusdb/milvus-config-tool:',
    files: { '/cp': program(programs, 'config-tool') },
    directories: ['/milvus/tools'],
  },
  {
    match: 'milvusdb/etcd:',
    files: {
      '/opt/bitnami/scripts/etcd/entrypoint.sh': program(programs, 'etcd-pod'),
      '/opt/bitnami/scripts/etcd/healthcheck.sh': program(programs, 'etcd-healthcheck'),
      '/opt/bitnami/etcd/bin/etcdctl': program(programs, 'etcdctl-pod'),
    },
    entrypoint: ['/opt/bitnami/scripts/etcd/entrypoint.sh'],
    directories: ['/bitnami/etcd'],
    env: {
      ETCD_DATA_DIR: '/bitnami/etcd/data',
      REAL_ETCD: program(parts, 'etcd'),
      REAL_ETCDCTL: program(parts, 'etcdctl'),
    },
  },
  // What Milvus needs besides etcd is there and ready, and does nothing.
  { match: '^(docker\\.io/)?(minio/|apachepulsar/|bitnami/|bitnamilegacy/|zilliz/attu)', mode: 'simulated' },
];

/** @param {Record<string, string>} programs @param {string} version @param {string | undefined} control @returns {Image} */
const simulatedMilvus = (programs, version, control) => ({
  match: `milvusdb/milvus:${version.replaceAll('.', '\\.')}$`,
  files: { '/milvus/bin/milvus': program(programs, 'milvus-component') },
  directories: ['/milvus/configs', '/var/lib/milvus'],
  workingDir: '/milvus',
  env: { MILVUS_IMAGE_VERSION: version, MILVUSCONF: '/milvus/configs', ...controlled(control) },
});

/** @param {Record<string, string>} programs @param {import('./milvus-2.1.js').Milvus21} milvus21 @returns {Image} */
const realMilvus = (programs, { home, python }) => ({
  match: 'milvusdb/milvus:v2\\.1\\.0$',
  files: { '/milvus/bin/milvus': program(programs, 'milvus-real') },
  directories: ['/milvus/configs', '/var/lib/milvus'],
  workingDir: '/milvus',
  network: 'host', // it finds its address by itself
  env: { MILVUS_HOME: home, MILVUS_PYTHON: python, MILVUSCONF: '/milvus/configs', MILVUS_DATA: '/var/lib/milvus' },
});

/** @param {string | undefined} control @returns {Record<string, string>} */
const controlled = (control) => (control ? { TESTBED_CONTROL: control } : {});

/** @param {Record<string, string>} paths @param {string} name */
function program(paths, name) {
  const path = paths[name];
  if (path === undefined) throw new Error(`no program ${name} among ${Object.keys(paths).join(', ')}`);
  return path;
}
