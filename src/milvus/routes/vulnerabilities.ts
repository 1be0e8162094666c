/** Security fixes worth an advice: the first release of a minor that has them. */
export interface Vulnerability {
  readonly cve: string;
  readonly minor: string;
  readonly fixed: string;
}

export const advisories = 'https://github.com/milvus-io/milvus/security/advisories';

/**
 * @see https://github.com/milvus-io/milvus/security/advisories/GHSA-mhjq-8c7m-3f7p
 * @see https://github.com/milvus-io/milvus/security/advisories/GHSA-7ppg-37fh-vcr6
 */
export const vulnerabilities: readonly Vulnerability[] = [
  { cve: 'CVE-2025-64513', minor: '2.4', fixed: '2.4.24' },
  { cve: 'CVE-2025-64513', minor: '2.5', fixed: '2.5.21' },
  { cve: 'CVE-2025-64513', minor: '2.6', fixed: '2.6.5' },
  { cve: 'CVE-2026-26190', minor: '2.5', fixed: '2.5.27' },
  { cve: 'CVE-2026-26190', minor: '2.6', fixed: '2.6.10' },
];
