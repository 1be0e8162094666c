import type { ToolName } from './tool.js';

/**
 * The versions that are installed unless `helm-version` and `kubectl-version` say otherwise. Exact, so that a run means
 * the same next year; both must be in the table of checksums for every platform that the action runs on.
 */
export const defaultVersions: Readonly<Record<ToolName, string>> = {
  helm: '4.3.0',
  kubectl: '1.36.4',
};
