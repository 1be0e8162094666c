import type { Values } from '../helm/port.js';
import { Problem } from '../problem.js';
import { readValues } from '../values/yaml.js';
import type { ChosenChart } from './chart.js';
import type { Inspection } from './facts.js';

/**
 * Default values of a chart, from the release record where the installed chart stays, so that nothing is downloaded for
 * it.
 *
 * @throws Problem (failed) when the chart cannot be had or its values.yaml cannot be read
 */
export async function chartDefaults(chart: ChosenChart, { base }: Inspection, signal: AbortSignal): Promise<Values> {
  if (chart.chartVersion === base.chart.version) return base.chartValues;
  const read = readValues(`chart ${chart.chartVersion}`, (await chart.fetch(signal)).valuesYaml);
  if (read.problem !== undefined) throw new Problem('failed', read.problem);
  return read.values;
}
