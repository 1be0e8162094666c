import { defaultVersions } from '../../tools/defaults.js';
import type { Operation, PathChoice } from '../request.js';
import type { InputDefinition } from './definition.js';
import { chart, mirrors, repository, server } from './parse/address.js';
import { planDigest, sha256 } from './parse/digest.js';
import { duration } from './parse/duration.js';
import { image } from './parse/image.js';
import { allowedChecks, namespace, programName, releaseName } from './parse/names.js';
import { boolean, choice, lines, linesWhere, oneLine, verbatim } from './parse/text.js';
import { chartVersion, milvusVersion, toolVersion } from './parse/versions.js';

const define = <T>(definition: InputDefinition<T>): InputDefinition<T> => definition;

const toolVersionLike = (exact: string, range: string): string =>
  `an exact version (\`${exact}\`), a range inside one major version (\`${range}\`), \`auto\`, or \`path\` for the program on PATH`;
const CHECKSUM = 'a sha256 checksum: 64 hexadecimal digits, with or without `sha256:` in front';

/** Every input, in the order of action.yml. */
export const inputs = {
  operation: define({
    kind: 'choice',
    default: 'upgrade',
    accepted: '`upgrade`, `plan`, `rollback` or `status`',
    parse: choice<Operation>(['upgrade', 'plan', 'rollback', 'status'], ['cleanup']),
  }),
  path: define({
    kind: 'choice',
    default: 'auto',
    accepted: '`auto` or `helm`',
    parse: choice<PathChoice>(['auto', 'helm'], ['rolling', 'migration']),
  }),
  release: define({
    kind: 'text',
    default: '',
    required: true,
    accepted: "a Helm release name: lower-case letters, digits, '-' and '.', at most 53 characters",
    parse: releaseName,
  }),
  namespace: define({
    kind: 'text',
    default: 'default',
    accepted: "a namespace: lower-case letters, digits and '-', at most 63 characters",
    parse: namespace,
  }),
  'target-version': define({
    kind: 'version',
    default: '',
    accepted: 'a whole Milvus version such as `2.4.23` or `v2.4.23`',
    parse: milvusVersion,
  }),
  'source-version': define({
    kind: 'version',
    default: '',
    accepted: 'a whole Milvus version such as `2.3.11` or `v2.3.11`',
    parse: milvusVersion,
  }),
  'chart-version': define({
    kind: 'version',
    default: '',
    accepted: 'an exact chart version such as `4.2.20`',
    parse: chartVersion,
  }),
  chart: define({
    kind: 'address',
    default: 'milvus',
    accepted:
      'the name of a chart in the repository, the path of an unpacked chart or a .tgz that exists, or an `oci://` reference without a tag',
    parse: chart,
  }),
  repository: define({
    kind: 'address',
    default: 'https://zilliztech.github.io/milvus-helm',
    accepted: 'an https address without credentials, or a directory of packaged charts that exists',
    parse: repository,
  }),
  image: define({
    kind: 'text',
    default: '',
    accepted: '`repository` or `repository:tag`, for example `registry.example.com/milvusdb/milvus:v2.4.23`',
    parse: image,
  }),
  values: define({
    kind: 'yaml',
    default: '',
    secret: true,
    accepted: 'chart values as a YAML mapping',
    parse: verbatim,
  }),
  'values-files': define({
    kind: 'list',
    default: '',
    accepted: 'paths of YAML files that exist, one a line, relative to the workspace',
    parse: linesWhere((entry, { pathKind }) =>
      pathKind(entry) === 'file'
        ? undefined
        : 'A file is not there: is the repository checked out before this step, and the path right?',
    ),
  }),
  set: define({
    kind: 'list',
    default: '',
    secret: true,
    accepted: '`key=value` as `helm --set` takes it, one a line',
    parse: lines,
  }),
  kubeconfig: define({
    kind: 'yaml',
    default: '',
    secret: true,
    accepted: 'the content of a kubeconfig, plain or base64',
    parse: verbatim,
  }),
  server: define({
    kind: 'address',
    default: '',
    accepted: 'the https address of the API server, without credentials, query or fragment',
    parse: server,
  }),
  token: define({
    kind: 'text',
    default: '',
    secret: true,
    accepted: 'a bearer token on one line',
    parse: oneLine,
  }),
  'certificate-authority': define({
    kind: 'text',
    default: '',
    secret: true,
    accepted: "the API server's certificate authority, PEM or base64 of it",
    parse: verbatim,
  }),
  context: define({
    kind: 'text',
    default: '',
    accepted: 'the name of a context in the kubeconfig',
    parse: oneLine,
  }),
  'allow-exec': define({
    kind: 'list',
    default: '',
    accepted: 'names or paths of credential plugins, one a line, without arguments',
    parse: linesWhere(programName),
  }),
  'helm-version': define({
    kind: 'version',
    default: defaultVersions.helm,
    accepted: toolVersionLike('4.2.4', '4.2.x'),
    parse: toolVersion,
  }),
  'kubectl-version': define({
    kind: 'version',
    default: defaultVersions.kubectl,
    accepted: toolVersionLike('1.36.4', '1.36.x'),
    parse: toolVersion,
  }),
  'helm-checksum': define({ kind: 'digest', default: '', accepted: CHECKSUM, parse: sha256 }),
  'kubectl-checksum': define({ kind: 'digest', default: '', accepted: CHECKSUM, parse: sha256 }),
  'tool-mirror': define({
    kind: 'address',
    default: '',
    accepted: 'https addresses without credentials, one a line',
    parse: mirrors,
  }),
  timeout: define({
    kind: 'duration',
    default: '60m',
    accepted: 'a duration with units such as `90s`, `60m` or `1h30m`, above zero and at most 144h',
    parse: duration,
  }),
  allow: define({ kind: 'list', default: '', accepted: 'ids of checks, one a line', parse: allowedChecks }),
  'multi-hop': define({ kind: 'boolean', default: 'false', accepted: '`true` or `false`', parse: boolean }),
  'plan-digest': define({
    kind: 'digest',
    default: '',
    accepted:
      'the `plan-digest` output of an earlier plan: 64 hexadecimal digits, followed by a hyphen and the marks of its sections',
    parse: planDigest,
  }),
  'on-failure': define({
    kind: 'choice',
    default: 'stop',
    accepted: '`stop` or `restore`',
    parse: choice<'stop' | 'restore'>(['stop', 'restore']),
  }),
} as const;

export type InputName = keyof typeof inputs;

export const inputNames = Object.keys(inputs) as readonly InputName[];

type ValueOf<D> = D extends InputDefinition<infer T> ? T : never;

/** The value of each input that is well formed by itself; undefined where it is blank or bad. */
export type InputValues = { readonly [K in InputName]: ValueOf<(typeof inputs)[K]> | undefined };
