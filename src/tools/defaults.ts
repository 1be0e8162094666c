import type { ToolName } from './tool.js';

/**
 * The versions that are installed unless `helm-version` and `kubectl-version` say otherwise. Exact, so that a run means
 * the same next year; both must be in the table of checksums for every platform that the action runs on.
 *
 * Why Helm 4.3.0, tried beside 3.14.4 and 3.22.0 on the test bed: a release made by Helm 3 stays client-side under it,
 * and a release made by Helm 4 keeps its apply method only under it (Helm 3 would lose it and leave two field managers);
 * it renders the charts as 3.22.0 does, nulls in subchart values included (3.14.4 forgets a repeated null); after SIGINT
 * all three mark their revision failed at once. What was slower and less sure in Helm 4, its waiter, is never used here.
 * Helm 3 gets security fixes only until February 2027: https://helm.sh/blog/
 */
export const defaultVersions: Readonly<Record<ToolName, string>> = {
  helm: '4.3.0',
  kubectl: '1.36.4',
};
