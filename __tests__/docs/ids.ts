import { readdirSync } from 'node:fs';
import { badTargets } from '../../src/milvus/routes/bad-targets.js';
import { read, root } from './pages.js';

/** Ids that are made from parts; each template of the code needs its line here. */
const made: Readonly<Record<string, readonly string[]>> = {
  'prerelease-${side}': ['prerelease-source', 'prerelease-target'],
  'release-${status}': ['release-uninstalled', 'release-uninstalling'],
};

/** Ids of other things than problems: steps of the engine. */
const others: ReadonlySet<string> = new Set(['helm-upgrade', 'rollout', 'helm-rollback', 'rollout-back']);

const sources = readdirSync(root + '/src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read(`src/${name}`));

const found = (pattern: RegExp): string[] =>
  sources.flatMap((text) => [...text.matchAll(pattern)].flatMap(([, ...groups]) => groups));

/** Every id of a problem or check that the sources can produce, sorted. */
export function problemIds(): string[] {
  const literal = found(/\bid: '([^']+)'/g);
  const chosen = found(/\bid: [^,\n]*\? '([^']+)' : '([^']+)'/g);
  const default_ = found(/readonly id = '([^']+)'/g);
  const passed = found(/\brefuse\(\s*'([^']+)'/g);
  const thrown = found(/new AttemptError\([^;]*?,\s*(?:true|false),\s*'([^']+)',?\s*\)/g);
  const templates = found(/\bid: `([^`]+)`/g);
  const unknown = templates.filter((template) => !(template in made));
  if (unknown.length > 0) throw new Error(`no documentation can be looked for: ${unknown.join(', ')}`);
  const all = [
    ...literal,
    ...chosen,
    ...default_,
    ...passed,
    ...thrown,
    ...templates.flatMap((template) => made[template] ?? []),
    ...badTargets.map(({ id }) => id),
  ];
  return [...new Set(all)].filter((id) => !others.has(id)).sort();
}
