/** Writes `milvus-<version>.tgz` of the model chart for each version of its table, and an index.yaml beside them. */
export function buildCharts(outDir: string, options?: { readonly baseUrl?: string }): Promise<void>;

/** Text of an index.yaml over the `milvus-<version>.tgz` in a directory, newest first. */
export function chartIndex(directory: string, options?: { readonly baseUrl?: string }): string;

/** Absolute path of the packaged charts to use: MILVUS_CHARTS of `env`, else the model charts, built now. */
export function chartsDirectory(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly into?: string;
}): Promise<string>;

/** The `milvus-<version>.tgz` in a directory, newest first. */
export function packages(directory: string): { file: string; version: string }[];
