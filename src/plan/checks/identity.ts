import { renderedConfig } from '../../inspect/configuration.js';
import { known, type Known } from '../../milvus/knowledge.js';
import { metastoreOf } from '../../milvus/metastore.js';
import type { Check, CheckContext, Finding } from './check.js';

const chartReadme = 'https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/README.md';
const elsewhere = 'Milvus would start on other storage than its data is in, and look empty.';

const said = (value: string): string => (value === '' ? 'an empty one' : value);

/**
 * A part of the release's identity that the upgrade would change; unreadable in the rendered objects counts as changed.
 * Where the live value is not known, the check `identity-unknown` speaks.
 */
function differs(
  what: string,
  live: Known<string>,
  rendered: Known<string> | undefined,
  key: string,
): Finding | undefined {
  if (!live.known || rendered === undefined) return undefined;
  if (rendered.known && rendered.value === live.value) return undefined;
  return {
    seen: rendered.known
      ? `The release runs with ${what} ${said(live.value)}; this upgrade would give it ${said(rendered.value)}.`
      : `The release runs with ${what} ${said(live.value)}; what this upgrade would give it cannot be told: ${rendered.reason}.`,
    remedy: `Set ${key} to what runs (${said(live.value)}) in \`values\`, and run again.`,
  };
}

/** The metastore of the dry run; undefined where its configuration is none that the chart makes. */
function renderedMetastore({ comparison }: CheckContext): Known<string> | undefined {
  const manifest = comparison?.rendered.manifest ?? [];
  const configMap = renderedConfig(manifest);
  return configMap === undefined ? undefined : metastoreOf({ configMap, manifest });
}

/** Checks of where a release keeps its data. All of them would lose it, so none can be overridden. */
export const identityChecks: readonly Check[] = [
  {
    id: 'message-queue-changed',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'Another message queue starts empty; what Milvus had not flushed is lost.',
    source: 'https://milvus.io/docs/upgrade-pulsar-v3.md',
    find: ({ inspection: { facts }, comparison }) =>
      differs('message queue', facts.messageQueue, comparison?.identity.messageQueue, 'the message queue flags'),
  },
  {
    id: 'mode-changed',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'Going from standalone to cluster or back is not supported by Milvus.',
    source: 'https://milvus.io/docs/upgrade_milvus_standalone-helm.md',
    find: ({ inspection: { facts }, comparison }) =>
      differs('mode', known(facts.mode, 'the workloads'), comparison?.identity.mode, 'cluster.enabled'),
  },
  {
    id: 'metastore-changed',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'Another metastore does not have the collections, and Milvus would look empty.',
    source: chartReadme,
    find: (context) =>
      differs('metastore', context.inspection.facts.metastore, renderedMetastore(context), 'metastore.type'),
  },
  {
    id: 'root-path-changed',
    severity: 'block',
    overridable: false,
    covered: true,
    why: elsewhere,
    source: chartReadme,
    find: ({ inspection: { facts }, comparison }) =>
      differs(
        'root path',
        facts.rootPath,
        comparison?.identity.rootPath,
        'etcd.rootPath in extraConfigFiles.user.yaml',
      ),
  },
  {
    id: 'bucket-changed',
    severity: 'block',
    overridable: false,
    covered: true,
    why: elsewhere,
    source: chartReadme,
    find: ({ inspection: { facts }, comparison }) =>
      differs('bucket', facts.bucket, comparison?.identity.bucket, 'minio.bucketName') ??
      differs(
        'the prefix in the bucket',
        facts.bucketRootPath,
        comparison?.identity.bucketRootPath,
        'minio.rootPath (externalS3.rootPath)',
      ),
  },
];
