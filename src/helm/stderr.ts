/** Helm's standard error, made readable: its own log lines taken out, dumps of whole objects cut. */

/** Lines that are not the error: Helm 4's slog, Helm 3's warnings, client-go's klog, chart value notices. */
const noise: readonly RegExp[] = [
  /^(?:time=\S+ )?level=[A-Z]+ msg=/,
  /^WARNING: /,
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ /,
  /^(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d )?(?:coalesce\.go:\d+: )?warning: /,
];

const maxLength = 16_384;

/** Helm's notices about values it leaves out, which quote them: a whole table of stored values, several lines long. */
const valueNotice = /(?:cannot overwrite table with non table for \S+|Ignoring non-table value|Skipped value) \(/;
/** How Go prints a value that is not what Helm expected. */
const mismatchedValue = /%!t\(.*\)/g;

/**
 * Standard error without the values that Helm quotes. Where such a value ends cannot be told from the text, so
 * everything is left out up to the error itself.
 */
function withoutValues(stderr: string): string {
  const text = stderr.replace(mismatchedValue, '(value left out)');
  const notice = valueNotice.exec(text);
  if (notice === null) return text;
  const start = text.slice(0, notice.index + notice[0].length - 1);
  const error = text.lastIndexOf('\nError: ');
  return `${start}(value left out)${error < start.length ? '' : text.slice(error)}`;
}

/**
 * The API server quotes a rejected object whole, with the Secret's data or the environment in it: as JSON, as JSON in
 * a string, or as Go prints it. Cut up to the last brace of the line.
 */
const objectDump = /(Invalid value: )[^{\n]{0,60}\{(?:.*\}[\\"]*|.*$)/gm;

/** Text that may be shown: values and whole objects that are quoted in it left out, at most 16 KiB. */
export function presentable(stderr: string): string {
  const short = withoutValues(stderr).replace(objectDump, '$1(object left out)').trim();
  return short.length <= maxLength ? short : `${short.slice(0, maxLength)}\n(cut after ${maxLength} characters)`;
}

/** The words of a slog line's error or message, unescaped. */
function slogText(line: string): string {
  const quoted = /\b(?:error|err)="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  return quoted?.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character)) ?? line;
}

/**
 * The error in Helm's standard error: from its line `Error:` on, without `UPGRADE FAILED:`. Where no such line is
 * there (killed, a panic, a version that only logs), everything that was written.
 */
export function errorText(stderr: string): string {
  const lines = withoutValues(stderr).split('\n');
  const calm = lines.filter((line) => !noise.some((pattern) => pattern.test(line)));
  const start = calm.findIndex((line) => line.startsWith('Error: '));
  const rest = start < 0 ? calm : calm.slice(start);
  const text = rest
    .join('\n')
    .replace(/^Error: (?:UPGRADE FAILED: )?/, '')
    .trim();
  return text === '' ? lines.map(slogText).join('\n').trim() : text;
}
