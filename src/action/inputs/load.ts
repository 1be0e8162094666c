import { refused, type Problem, type ProblemDetails } from '../../problem.js';
import type { Request } from '../request.js';
import { combinationFaults } from './combinations.js';
import { readCredentials } from './credentials.js';
import { read, type InputDefinition, type InputEnvironment, type InputFault, type Reading } from './definition.js';
import { blank } from './show.js';
import { inputNames, inputs, type InputName, type InputValues } from './table.js';

/**
 * A check of inputs that belongs to another part of the program (the syntax of `values` and `set`, the content of a
 * kubeconfig, ...). It looks at what is well formed so far and answers with problems instead of throwing, so that all
 * bad inputs are reported together.
 */
export type Validate = (inputs: InputValues) => readonly ProblemDetails[];

const DOCUMENTATION = 'Inputs are described in action.yml and in the README.';

/**
 * Reads and validates all inputs at once.
 *
 * @param get raw text of an input, '' if it is not given, not trimmed
 * @param validate further checks of other parts
 * @throws Problem `invalid-inputs` (refused) with one entry in `others` for each bad input; secrets are never in it
 */
export function loadInputs(
  get: (name: string) => string,
  environment: InputEnvironment,
  validate: readonly Validate[] = [],
): Request {
  const raw = new Map(inputNames.map((name) => [name, get(name)] as const));
  const text = (name: InputName): string => raw.get(name) ?? '';
  const secrets = inputNames.filter((name) => isSecret(name)).map(text);
  const readings = new Map<InputName, Reading<unknown>>(
    inputNames.map((name) => [name, read<unknown>(name, inputs[name], text(name), environment, secrets)]),
  );
  // Each value comes from the parser of its own row, so the cast states what the table's type already says.
  const values = Object.fromEntries(
    [...readings].map(([name, reading]) => [name, 'value' in reading ? reading.value : undefined]),
  ) as InputValues;

  const credentials = readCredentials(text, values, environment);
  const faults = [
    ...[...readings.values()].flatMap((reading) => ('fault' in reading ? [reading.fault] : [])),
    ...combinationFaults(values, (name) => !blank(text(name))),
    ...(credentials.fault === undefined ? [] : [credentials.fault]),
  ];
  const found = validate.flatMap((hook) => hook(values));
  if (faults.length + found.length > 0) throw invalidInputs(faults, found);
  return toRequest(values, present(credentials.credentials));
}

function isSecret(name: InputName): boolean {
  const definition: InputDefinition<unknown> = inputs[name];
  return definition.secret === true;
}

const quoted = (input: string): string => (input.includes('`') ? input : `\`${input}\``);
const verb = (input: string): string => (input.includes(' and ') ? 'are' : 'is');

function details(fault: InputFault): ProblemDetails {
  return {
    id: 'invalid-input',
    what: `${verb(fault.input) === 'is' ? 'Input' : 'Inputs'} ${quoted(fault.input)} ${verb(fault.input)} ${fault.was}.`,
    ...(fault.why === undefined ? {} : { why: fault.why }),
    remedy: `Accepted: ${fault.accepted}.`,
  };
}

function invalidInputs(faults: readonly InputFault[], found: readonly ProblemDetails[]): Problem {
  const all = [...faults.map(details), ...found];
  const names = [
    ...faults.map((fault) => quoted(fault.input)),
    ...(found.length === 0 ? [] : ['what is listed below']),
  ];
  return refused(
    {
      id: 'invalid-inputs',
      what: `${all.length === 1 ? 'An input' : `${all.length} inputs`} cannot be used: ${names.join(', ')}.`,
      remedy: `Correct what is listed and run again; nothing was downloaded or contacted. ${DOCUMENTATION}`,
    },
    all,
  );
}

/** Keeps an optional field out of the object where there is no value. */
function optional<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  const field: Partial<Record<K, T>> = {};
  if (value !== undefined) field[key] = value;
  return field;
}

/** A value whose absence would have been a fault; a throw here is a mistake in the table, not in an input. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('An input has neither a value nor a fault.');
  return value;
}

function toRequest(values: InputValues, credentials: Request['credentials']): Request {
  return {
    operation: present(values.operation),
    path: present(values.path),
    release: present(values.release),
    namespace: present(values.namespace),
    ...optional('targetVersion', values['target-version']),
    ...optional('sourceVersion', values['source-version']),
    ...optional('chartVersion', values['chart-version']),
    chart: present(values.chart),
    repository: present(values.repository),
    ...optional('image', values.image),
    credentials,
    ...optional('context', values.context),
    allowExec: values['allow-exec'] ?? [],
    helm: present(values['helm-version']),
    kubectl: present(values['kubectl-version']),
    ...optional('helmChecksum', values['helm-checksum']),
    ...optional('kubectlChecksum', values['kubectl-checksum']),
    toolMirrors: values['tool-mirror'] ?? [],
    timeoutMs: present(values.timeout),
    allow: values.allow ?? [],
    multiHop: values['multi-hop'] ?? false,
    ...optional('planDigest', values['plan-digest']),
    onFailure: present(values['on-failure']),
  };
}
