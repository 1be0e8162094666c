import type { Mode } from '../knowledge.js';

/** Public pages that the tables refer to; `line` is a documentation version such as `v2.6.x`. */

export const releases = 'https://github.com/milvus-io/milvus/releases';
export const chartReadme = 'https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/README.md';

export const notes = (line: string): string => `https://milvus.io/docs/${line}/release_notes.md`;
export const issue = (number: number): string => `https://github.com/milvus-io/milvus/issues/${number}`;

/** A row's documentation: one page for clusters, one for standalone. */
export type Pages = Readonly<Record<Mode, string>>;

export const samePage = (address: string): Pages => ({ cluster: address, standalone: address });

export const upgradePages = (line: string): Pages => ({
  cluster: `https://milvus.io/docs/${line}/upgrade_milvus_cluster-helm.md`,
  standalone: `https://milvus.io/docs/${line}/upgrade_milvus_standalone-helm.md`,
});
