// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The action's name in README.md and examples/. */
export const ACTION = 'milvus-upgrade/milvus-upgrade-action';

/**
 * The quick start of README.md: the YAML block right after `<!-- demo workflow -->`. Demo and tests run this text, so that
 * the page cannot show what does not work.
 * @param {string} repository directory
 */
export function readmeWorkflow(repository) {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const found = [...readme.matchAll(/<!-- demo workflow -->\n+```yaml\n([\s\S]*?)\n```/g)];
  const [match] = found;
  if (found.length !== 1 || match?.[1] === undefined)
    throw new Error(`README.md has ${found.length} YAML blocks after <!-- demo workflow -->, not one.`);
  return `${match[1]}\n`;
}

/**
 * The variables and secrets through which a workflow gives its inputs to the action, whatever their names are.
 * @param {string} workflow text
 * @param {Record<string, string>} given value of each input that is to come through `vars` or `secrets`
 * @returns {{ vars: Record<string, string>, secrets: Record<string, string> }}
 * @throws where an input does not come from there, so that nothing is left out unnoticed
 */
export function settings(workflow, given) {
  /** @type {{ vars: Record<string, string>, secrets: Record<string, string> }} */
  const result = { vars: {}, secrets: {} };
  const steps = Object.values(parse(workflow).jobs).flatMap(({ steps }) => steps);
  const ours = steps.filter(({ uses }) => uses?.startsWith(`${ACTION}@`));
  if (ours.length === 0) throw new Error(`the workflow has no step that uses ${ACTION}`);
  for (const [input, value] of Object.entries(given)) {
    for (const step of ours) {
      const [, context, name] = /^\$\{\{ (vars|secrets)\.(\w+) \}\}$/.exec(step.with?.[input] ?? '') ?? [];
      if (name === undefined)
        throw new Error(`the workflow does not take the input ${input} from a variable or a secret`);
      result[/** @type {'vars' | 'secrets'} */ (context)][name] = value;
    }
  }
  return result;
}
