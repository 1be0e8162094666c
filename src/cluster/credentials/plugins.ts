import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { refused } from '../../problem.js';
import { isObject, objectOf, textOf } from '../json.js';
import type { JsonObject } from '../json.js';
import { unreadable } from './kubeconfig.js';
import type { Origin } from './kubeconfig.js';

export interface PluginRules {
  /** Commands that may be run: a name to be found on PATH, or an absolute path. */
  readonly allowExec: readonly string[];
  /** The search path of the child that will run it. */
  readonly searchPath: string;
}

/** Providers that client-go has removed, https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
const removedProviders: ReadonlyMap<string, string> = new Map([
  ['gcp', 'gke-gcloud-auth-plugin'],
  ['azure', 'kubelogin'],
]);

const why = 'A credential plugin is a program that the kubeconfig starts on the runner with its rights.';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function findProgram(command: string, searchPath: string): string | undefined {
  const places = isAbsolute(command)
    ? [command]
    : searchPath
        .split(delimiter)
        .filter(isAbsolute)
        .map((directory) => join(directory, command));
  return places.find(isProgram);
}

/** kubectl takes a command with a separator relative to its kubeconfig, one without from PATH. */
function commandOf(exec: JsonObject, origin: Origin): string {
  const command = textOf(exec.command);
  if (command === undefined) throw unreadable(origin, 'has a credential plugin (exec) without a command');
  if (!command.includes('/') || isAbsolute(command)) return command;
  if (origin.directory !== undefined) return resolve(origin.directory, command);
  throw unreadable(origin, 'has a credential plugin (exec) with a relative path');
}

function allowedExec(exec: JsonObject, origin: Origin, rules: PluginRules): JsonObject {
  const command = commandOf(exec, origin);
  if (!rules.allowExec.includes(command)) {
    throw refused({
      id: 'credential-plugin-refused',
      what: `${origin.label} wants to run the credential plugin ${command}, which the input allow-exec does not name.`,
      why,
      remedy: `Add ${command} to allow-exec if you trust it, or give server, token and certificate-authority instead.`,
    });
  }
  const program = findProgram(command, rules.searchPath);
  if (program === undefined) {
    const hint = textOf(exec.installHint);
    throw refused({
      id: 'credential-plugin-missing',
      what: `The credential plugin ${command} that ${origin.label.replace(/^The/, 'the')} wants to run is not on this runner.`,
      remedy: `Install ${command} in an earlier step so that it is on PATH.`,
      ...(hint === undefined ? {} : { raw: hint }),
    });
  }
  // The program that was looked at is the one that will run.
  return { ...exec, command: program };
}

function checkProvider(provider: JsonObject, origin: Origin, rules: PluginRules): void {
  const name = textOf(provider.name) ?? 'without a name';
  const successor = removedProviders.get(name);
  if (successor === undefined && rules.allowExec.includes(name)) return;
  throw refused({
    id: 'credential-plugin-refused',
    what:
      successor === undefined
        ? `${origin.label} uses the auth-provider ${name}, which the input allow-exec does not name.`
        : `${origin.label} uses the auth-provider ${name}, which kubectl and Helm no longer have.`,
    why,
    remedy:
      successor === undefined
        ? `Add ${name} to allow-exec if you trust it, or give server, token and certificate-authority instead.`
        : `Make the kubeconfig anew for the credential plugin ${successor} and name that in allow-exec, or give server, token and certificate-authority.`,
  });
}

/**
 * The user with its credential plugin's command as an absolute path, if it has one and may run it.
 *
 * @throws Problem `credential-plugin-refused`, `credential-plugin-missing`, `credentials-unreadable`
 */
export function userWithPlugin(user: JsonObject, origin: Origin, rules: PluginRules): JsonObject {
  const { exec, 'auth-provider': provider } = user;
  if (isObject(provider)) checkProvider(objectOf(provider), origin, rules);
  return isObject(exec) ? { ...user, exec: allowedExec(exec, origin, rules) } : user;
}
