import type { Cluster } from '../cluster/port.js';
import type { Helm, Values } from '../helm/port.js';
import type { ChartEntry, ChartRepository } from '../helm/repository/port.js';

/** What a plan needs from outside. */
export interface PlanPorts {
  readonly cluster: Cluster;
  readonly helm: Helm;
  readonly repository: ChartRepository;
  /** The repository's entries, under way since the run began. */
  readonly listing: Promise<readonly ChartEntry[]>;
  /** Writes this run's values to a private file and gives its path. */
  readonly writeValues: (values: Values) => Promise<string>;
  /** What `--description` says of this run. */
  readonly description: string;
  /** Told why the later hops have no estimate. */
  readonly note: (error: unknown) => void;
  readonly signal: AbortSignal;
}
