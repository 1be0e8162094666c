import type { ChartEntry, ResolvedChart } from '../resolve.js';
import type { Topology } from './changes.js';
import type { RouteQuestion } from './route.js';
import type { Leg } from './way.js';

/** What runs before or after a hop, as far as the route changes it. */
export interface Stage extends Topology {
  readonly chart: ChartEntry;
}

/** One hop with all that a rule may look at. */
export interface HopView {
  readonly question: RouteQuestion;
  readonly leg: Leg;
  readonly chart: ResolvedChart;
  readonly before: Stage;
  readonly after: Stage;
}
