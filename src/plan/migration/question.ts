import type { Values } from '../../helm/port.js';
import type { ProblemDetails } from '../../problem.js';

/** A chart: its version (semver) and its default values. */
export interface ChartSide {
  readonly version: string;
  readonly values: Values;
}

/** An upgrade from one chart to another, with the user values that are stored. */
export interface CarryQuestion {
  readonly installed: ChartSide;
  readonly target: ChartSide;
  readonly userValues: Values;
}

export const userFile = 'extraConfigFiles.user.yaml';

/** A stored value whose effect would be lost without a word. */
export const lossOf = (id: string, what: string, remedy: string): ProblemDetails => ({
  ...{ id, what, remedy },
  why: 'Charts ignore values that they do not read, and Helm does not say so: Milvus would run with other settings.',
});
