import type { Rendered, UpgradeIntent, Values } from '../helm/port.js';
import type { ChosenChart } from './chart.js';
import { planDigest } from './digest.js';
import type { HopEstimate, Plan } from './plan.js';
import type { Target } from './target.js';

/** A plan, and what is needed to run its first hop. */
export interface PreparedPlan {
  readonly plan: Plan;
  /** Of the first hop; of the whole way where no hop is known. */
  readonly target: Target;
  /** Of the first hop; absent where no way is known. */
  readonly chart?: ChosenChart;
  /** Given when nothing blocks. */
  readonly digest?: string;
  /** The upgrade; absent where nothing is to be written, or nothing could be tried out. */
  readonly intent?: UpgradeIntent;
  readonly rendered?: Rendered;
  readonly notices: readonly string[];
  /** Default values of that chart. */
  readonly chartValues: Values;
}

/** The plan with what each hop is expected to do, in the order of the hops. */
export const withEstimates = (plan: Plan, estimates: readonly (HopEstimate | undefined)[]): Plan => ({
  ...plan,
  hops: plan.hops.map((hop, index) => {
    const estimate = estimates[index];
    return estimate === undefined ? hop : { ...hop, estimate };
  }),
});

/** A plan with its digest, which exists only where nothing blocks. */
export function concluded(plan: Plan): { readonly plan: Plan; readonly digest?: string } {
  const blocked = plan.checks.some(({ status }) => status === 'blocked');
  return blocked ? { plan } : { plan, digest: planDigest(plan) };
}
