import { isObject, listOf, objectOf, textOf } from '../json.js';
import type { JsonObject } from '../json.js';

/** A value this short is no secret worth hiding, and hiding it would blank out ordinary words of the log. */
const shortest = 4;

const userFields: readonly string[] = ['token', 'password', 'client-key-data'];
const providerFields: readonly string[] = ['id-token', 'access-token', 'refresh-token', 'client-secret'];

/**
 * Environment of credential plugins that is no secret. The runner drops every output that contains a masked text, so
 * a region or profile such as `default` must not be masked.
 */
const plainVariables =
  /(?:^|_)(?:PROFILE|REGION|DEFAULT_REGION|REGIONAL_ENDPOINTS|ENDPOINT|ENDPOINT_URL|PROJECT|ACCOUNT|CONFIG|CONFIG_FILE|CACHE_DIR|HOME|PATH|PAGER|ENVIRONMENT|LOGIN|LOGIN_METHOD)$/i;

/** `--client-secret=x`, or `--client-secret` before its value. */
const secretFlag = /^--?[\w-]*(?:secret|password)(?:=(.*))?$/i;

/** Password in the user part of an address, as written and decoded. */
function passwordsOf(address: unknown): string[] {
  const text = textOf(address);
  if (text === undefined || !URL.canParse(text)) return [];
  const { password } = new URL(text);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

/** The body of a PEM block that is given as base64: the decoded text is not covered by masking the base64. */
function pemLines(data: unknown): string[] {
  const text = Buffer.from(textOf(data) ?? '', 'base64').toString('latin1');
  return text.split(/\r?\n/).filter((line) => /^[A-Za-z0-9+/=]+$/.test(line));
}

function execSecrets(exec: JsonObject): unknown[] {
  const variables = listOf(exec.env)
    .map(objectOf)
    .filter((variable) => !plainVariables.test(textOf(variable.name) ?? ''))
    .map((variable) => variable.value);
  const args = listOf(exec.args).map((argument) => textOf(argument) ?? '');
  const flags = args.map((argument, index) => {
    const flag = secretFlag.exec(argument);
    return flag === null ? '' : (flag.at(1) ?? args.at(index + 1));
  });
  return [...variables, ...flags];
}

/**
 * The leaf secrets of one cluster and user, line by line, each once. Names, addresses and certificates are not in here.
 */
export function secretsOf(cluster: JsonObject, user: JsonObject): readonly string[] {
  const provider = objectOf(objectOf(user['auth-provider']).config);
  const found: unknown[] = [
    ...userFields.map((field) => user[field]),
    ...pemLines(user['client-key-data']),
    ...providerFields.map((field) => provider[field]),
    ...(isObject(user.exec) ? execSecrets(user.exec) : []),
    ...passwordsOf(cluster['proxy-url']),
    ...passwordsOf(cluster.server),
  ];
  const lines = found.flatMap((value) => (typeof value === 'string' ? value.split(/\r?\n/) : []));
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line.length >= shortest))];
}
