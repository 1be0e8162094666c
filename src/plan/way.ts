import type { Request } from '../action/request.js';
import type { RouteHop } from '../milvus/routes/route.js';
import type { Given } from '../values/given.js';
import type { Listing } from './chart.js';
import type { Inspection } from './facts.js';
import type { CheckResult } from './plan.js';
import type { PlanPorts } from './ports.js';
import type { Target } from './target.js';

/** What is settled before the first hop is looked at. */
export interface Way {
  readonly request: Request;
  readonly given: Given;
  readonly inspection: Inspection;
  readonly ports: PlanPorts;
  /** The final target. */
  readonly goal: Target;
  readonly listing: Listing;
  readonly hops: readonly RouteHop[];
  /** What the route says for or against itself. */
  readonly said: readonly CheckResult[];
}
