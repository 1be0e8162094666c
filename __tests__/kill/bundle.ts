import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** A time of the engine: what it is called in src/, where the bundle uses it, and how long it is in a quick bundle. */
interface Time {
  readonly name: string;
  /** Finds the one place of use; group 1 is the name that the constant has in the bundle. */
  readonly use: RegExp;
  readonly milliseconds: number;
}

const word = String.raw`([\w$]+)`;
/** `60_000` and `2 * 60_000`, as a minifier writes them. */
const number = String.raw`[\d.e]+(?:\*[\d.e]+)?`;

const times: readonly Time[] = [
  {
    name: 'withoutHooksMs (src/operations/hop-work.ts)',
    use: new RegExp(String.raw`\.hooks\.length>0\?[\w$]+\.timeoutMs:Math\.min\([\w$]+\.timeoutMs,${word}\)`, 'g'),
    milliseconds: 20_000,
  },
  {
    name: 'recordingMs (src/helm/adapter.ts)',
    use: new RegExp(String.raw`helmEndsWithinMs=\(?[\w$]+\)?=>[\w$]+\+${word}\+[\w$]+;`, 'g'),
    milliseconds: 5_000,
  },
  {
    name: 'unknownChildMs (src/upgrade/engine/settle.ts)',
    use: new RegExp(String.raw`function childLeftMs\([^{]*\{if\([^{;]*\)return ${word};`, 'g'),
    milliseconds: 28_000,
  },
  {
    name: 'helmTimeoutMs (src/upgrade/engine/take-back.ts)',
    use: new RegExp(String.raw`endsWithinMs:helmEndsWithinMs\(${word}\)\}\),`, 'g'),
    milliseconds: 20_000,
  },
];

/** Property names survive the minifier. Not shorter: several runs share a machine, and none may lose its lock by that. */
const leaseTimes: Readonly<Record<string, number>> = {
  durationMs: 12_000,
  renewEveryMs: 2_000,
  retryMs: 500,
  writesStopMs: 8_000,
};

/** Where `pattern` is found once. A bundle that looks otherwise fails the test, so that no time stays as it is unseen. */
function only(bundle: string, pattern: RegExp, what: string): RegExpExecArray {
  const [found, ...others] = [...bundle.matchAll(pattern)];
  if (found === undefined || others.length > 0) {
    throw new Error(
      `${what} was found ${found === undefined ? 0 : others.length + 1} times in dist/index.js, not once`,
    );
  }
  return found;
}

/** How long an image may be missing before that counts as an end. */
const imagePull = /(name:"image-pull",id:"[\w-]+",find:[^{}]*?,graceMs:)\d+(?=\*)/g;
const imagePullSeconds = 4;

const replaceAt = (text: string, { index, 0: found }: RegExpExecArray, by: string): string =>
  text.slice(0, index) + by + text.slice(index + found.length);

const literal = (name: string): string => name.replaceAll('$', String.raw`\$`);

/** The bundle with other times, and nothing else. */
export function quicker(bundle: string): string {
  const names = Object.keys(leaseTimes);
  const lease = only(bundle, new RegExp(names.map((name) => `${name}:${number}`).join(','), 'g'), 'leaseTimes');
  let text = replaceAt(bundle, lease, names.map((name) => `${name}:${leaseTimes[name] ?? 0}`).join(','));
  for (const { name, use, milliseconds } of times) {
    const constant = only(bundle, use, `the use of ${name}`)[1] ?? '';
    const declared = new RegExp(String.raw`const ${literal(constant)}=${number};`, 'g');
    text = replaceAt(text, only(text, declared, name), `const ${constant}=${milliseconds};`);
  }
  const grace = only(text, imagePull, 'graceMs of image-pull (src/upgrade/rollout/detectors.ts)');
  return replaceAt(text, grace, `${grace[1] ?? ''}${imagePullSeconds}`);
}

export interface Bundles {
  /** Where both are, for whoever removes them. */
  readonly directory: string;
  /** Directory of action.yml and of the bundle as it is. */
  readonly real: string;
  /** The same with shorter times. */
  readonly quick: string;
}

/** Copies of the action, so that a build meanwhile changes nothing. */
export function copyBundles(): Bundles {
  const directory = mkdtempSync(join(tmpdir(), 'kill-'));
  const copy = (name: string): string => {
    const to = join(directory, name);
    mkdirSync(to);
    cpSync(join(root, 'action.yml'), join(to, 'action.yml'));
    cpSync(join(root, 'dist'), join(to, 'dist'), { recursive: true });
    return to;
  };
  const bundles = { directory, real: copy('real'), quick: copy('quick') };
  const file = join(bundles.quick, 'dist', 'index.js');
  writeFileSync(file, quicker(readFileSync(file, 'utf8')));
  return bundles;
}
