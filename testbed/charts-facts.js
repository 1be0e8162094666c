import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { at, within } from './charts-lines.js';

/**
 * @typedef {{ kind: string, apiVersion: string, metadata: { name: string }, data?: Record<string, string> }} Rendered
 * @typedef {{ version: string, appVersion: string, valueSet: string, on: 'install' | 'upgrade' }} Render
 * @typedef {{ held: number, differ: string[] }} Outcome
 */

/** @returns {Outcome} */
export const outcome = (...parts) => ({
  held: parts.reduce((sum, part) => sum + part.held, 0),
  differ: parts.flatMap((part) => part.differ),
});

const key = (object) => `${object.kind}/${object.metadata.name}`;
const one = (holds, difference) => ({ held: holds ? 1 : 0, differ: holds ? [] : [difference] });
const where = ({ version, valueSet, on }) => `${version} ${valueSet} (${on})`;
const applies = (rule, { version, valueSet, on }) =>
  within(rule, version) && (rule.in ?? [valueSet]).includes(valueSet) && (rule.on ?? on) === on;

/**
 * What one rendered chart makes, against the facts: the exact list of its objects, their fields, and the configuration.
 *
 * @param {any} facts testbed/chart/facts.json
 * @param {Render} render
 * @param {Rendered[]} objects
 * @returns {Outcome}
 */
export function checkRender(facts, render, objects) {
  const inventory = facts.valueSets[render.valueSet].inventory === false ? [] : [checkObjects(facts, render, objects)];
  const fields = facts.fields.filter((rule) => applies(rule, render));
  const config = facts.config.filter((rule) => applies(rule, render));
  return outcome(
    ...inventory,
    ...fields.map((rule) => checkField(rule, render, objects)),
    ...config.map((rule) => checkConfig(facts, rule, render, objects)),
  );
}

/**
 * Defaults of the value keys, null standing for a key that the chart does not have.
 *
 * @param {any} facts
 * @param {{ version: string, appVersion: string }} chart
 * @param {unknown} values parsed values.yaml
 * @returns {Outcome}
 */
export function checkDefaults(facts, chart, values) {
  return outcome(
    ...Object.entries(facts.defaults).map(([path, table]) => {
      const wanted = fill(at(table, chart.version), chart);
      const seen = get(values, path) ?? null;
      return one(same(seen, wanted), `${chart.version} default of ${path}: ${text(seen)}, not ${text(wanted)}`);
    }),
  );
}

/**
 * Which workloads an upgrade adds, removes and restarts. Milvus's own Deployments restart at every change of version,
 * so `rolled` names StatefulSets alone.
 *
 * @param {{ from: string, to: string, in: string, rolled: string[], added: string[], removed: string[] }} jump
 * @param {Rendered[]} before
 * @param {Rendered[]} after
 * @returns {Outcome}
 */
export function checkJump(jump, before, after) {
  const old = workloads(before);
  const young = workloads(after);
  const seen = {
    added: [...young.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !young.has(name)),
    rolled: [...young]
      .filter(([name, object]) => object.kind === 'StatefulSet' && old.has(name))
      .filter(([name, object]) => !same(object.spec.template, old.get(name).spec.template))
      .map(([name]) => name),
  };
  return outcome(
    ...Object.entries(seen).map(([what, names]) =>
      one(
        same(names.sort(), [...jump[what]].sort()),
        `${jump.from} -> ${jump.to} ${jump.in}: ${what} ${text(names)}, not ${text(jump[what])}`,
      ),
    ),
  );
}

const workloads = (objects) =>
  new Map(objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet').map((o) => [key(o), o]));

function checkObjects(facts, render, objects) {
  const wanted = new Set(facts.objects.filter((rule) => applies(rule, render)).flatMap(named));
  const seen = new Set(objects.map(key));
  const missing = [...wanted].filter((name) => !seen.has(name));
  const surplus = [...seen].filter((name) => !wanted.has(name));
  return {
    held: wanted.size - missing.length,
    differ: [
      ...missing.map((name) => `${where(render)}: ${name} is not there`),
      ...surplus.map((name) => `${where(render)}: ${name} is there`),
    ],
  };
}

const named = (rule) =>
  Object.entries(rule).flatMap(([kind, names]) => (/^[A-Z]/.test(kind) ? names.map((name) => `${kind}/${name}`) : []));

function checkField(rule, render, objects) {
  const pattern = new RegExp(`^${rule.object.replace('*', '([a-z]+)')}$`);
  const matched = objects.flatMap((object) => {
    const component = pattern.exec(key(object));
    // Attu carries Milvus's labels and none of its settings; a rule about it names it.
    return component === null || (component[1] === 'attu' && rule.object.includes('*')) ? [] : [{ object, component }];
  });
  if (matched.length === 0) return one(false, `${where(render)}: nothing matches ${rule.object}`);
  return outcome(
    ...matched.map(({ object, component }) => {
      const suffix = rule.object.includes('*') ? componentOf(rule.object, component[1]) : '';
      return judge(rule, get(object, rule.path), { ...render, component: suffix }, `${where(render)}: ${key(object)}`);
    }),
  );
}

/** `db-milvus-*node` matched by `query` is about querynode. */
const componentOf = (pattern, star) => `${star}${pattern.split('*')[1]}`;

function checkConfig(facts, rule, render, objects) {
  const release = facts.valueSets[render.valueSet].release ?? facts.release;
  const map = objects.find((object) => key(object) === `ConfigMap/${release}-milvus`);
  const source = map?.data?.['default.yaml'] ?? map?.data?.['milvus.yaml'];
  // The real charts write a key twice where two queues are on, and the last one counts.
  const config = source === undefined ? undefined : parse(source, { uniqueKeys: false });
  return judge(rule, get(config, rule.path), render, `${where(render)}: configuration`);
}

const operators = {
  is: (seen, wanted) => same(seen, wanted),
  by: (seen, wanted) => same(seen, wanted),
  includes: (seen, wanted) => Object.entries(wanted).every(([name, value]) => same(seen?.[name], value)),
  has: (seen, wanted) => wanted.every((name) => seen?.[name] !== undefined),
  keys: (seen, wanted) => same(Object.keys(seen ?? {}).sort(), [...wanted].sort()),
  names: (seen, wanted) =>
    same(
      seen?.map(({ name }) => name),
      wanted,
    ),
  env: (seen, wanted) => Object.entries(wanted).every(([n, v]) => seen?.find(({ name }) => name === n)?.value === v),
  matches: (seen, wanted) => new RegExp(wanted).test(String(seen)),
  present: (seen) => seen !== undefined && seen !== null,
  absent: (seen) => same(seen, undefined) || same(seen, {}),
};

function judge(rule, seen, facts, subject) {
  const operator = Object.keys(operators).find((name) => name in rule);
  if (operator === undefined) throw new Error(`A rule about ${rule.path} says nothing to compare with: ${text(rule)}`);
  const wanted = fill(operator === 'by' ? at(rule.by, facts.version) : rule[operator], facts);
  return one(
    operators[operator](seen, wanted),
    `${subject} ${rule.path}: ${text(seen)}, not ${operator} ${text(wanted)}`,
  );
}

/** Puts {version}, {appVersion} and {component} into what is expected. */
function fill(wanted, facts) {
  if (typeof wanted === 'string') return wanted.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
  if (Array.isArray(wanted)) return wanted.map((item) => fill(item, facts));
  if (wanted !== null && typeof wanted === 'object') {
    return Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, fill(value, facts)]));
  }
  return wanted;
}

const get = (value, path) => path.split('.').reduce((inner, name) => inner?.[name], value);
const text = (value) => JSON.stringify(value) ?? 'nothing';
const same = (a, b) => isDeepStrictEqual(bare(a), bare(b));

/** A key with null says what no key says. */
function bare(value) {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([k, v]) => (v === null || v === undefined ? [] : [[k, bare(v)]])),
  );
}
