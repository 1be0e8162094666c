// @ts-check

/**
 * @typedef {object} ActStep
 * @property {string} job with the number of its place in the matrix: `Upgrade/apply-2`
 * @property {Record<string, unknown>} matrix
 * @property {string} id the step's id, or its place in the job
 * @property {string} result success, failure or skipped, of its main part; '' if it did not end
 * @property {Record<string, string>} outputs
 * @property {string} summary
 * @property {import('./workflow-commands.js').Annotation[]} annotations
 *
 * @typedef {object} ActLog
 * @property {string} log as act shows it (secrets and masks replaced), without act's own remarks about git and caches
 * @property {ActStep[]} steps in the order in which they began
 */

const LEVELS = ['error', 'warning', 'notice'];
/** A workflow runs here without a git repository, a Docker socket and a network: what act says about that. */
const NOISE = /located inside a git repository|unable to get git|valid docker connection|^LocalRepositoryCache/;

/**
 * Reads what `act --json` writes.
 * @param {(line: string) => void} [onLine]
 */
export function readActLog(onLine) {
  /** @type {string[]} */
  const shown = [];
  /** @type {Map<string, ActStep>} */
  const steps = new Map();
  let partial = '';

  /** @param {string} text */
  const show = (text) => {
    for (const line of text.replace(/\n$/, '').split('\n')) {
      shown.push(line);
      onLine?.(line);
    }
  };

  /** @param {any} entry @returns {ActStep} */
  const stepOf = ({ job, matrix = {}, stepID }) => {
    const id = String(stepID[0]);
    const key = `${job} ${id}`;
    const step = steps.get(key) ?? { job, matrix, id, result: '', outputs: {}, summary: '', annotations: [] };
    steps.set(key, step);
    return step;
  };

  /** @param {string} line */
  const takeLine = (line) => {
    /** @type {any} */
    let entry;
    try {
      entry = JSON.parse(line);
    } catch {
      return show(line); // act's own errors before the first job
    }
    if (NOISE.test(entry.msg ?? '')) return;
    show(entry.job ? `[${entry.job}] ${entry.msg}` : `${entry.level}: ${entry.msg}`);
    if (!entry.stepID) return;
    const step = stepOf(entry);
    if (entry.stepResult && entry.stage === 'Main') step.result = entry.stepResult;
    if (entry.command === 'set-output') step.outputs[entry.name] = entry.arg;
    if (entry.command === 'summary') step.summary += entry.content;
    if (LEVELS.includes(entry.command))
      step.annotations.push({ level: entry.command, message: entry.arg, properties: entry.kvPairs ?? {} });
  };

  return {
    /** @param {string} text */
    take: (text) => {
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      lines.filter(Boolean).forEach(takeLine);
    },
    /** @returns {ActLog} */
    end: () => {
      if (partial) takeLine(partial);
      partial = '';
      return { log: shown.join('\n'), steps: [...steps.values()] };
    },
  };
}
