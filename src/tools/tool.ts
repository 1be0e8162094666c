import { refused } from '../problem.js';

export type ToolName = 'helm' | 'kubectl';

/** Operating system and architecture in the words of the download hosts. */
export type PlatformName =
  'linux-amd64' | 'linux-arm64' | 'darwin-amd64' | 'darwin-arm64' | 'windows-amd64' | 'windows-arm64';

/** A machine in the words of Node: `process.platform` and `process.arch`. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

/** How each tool is written in sentences. */
export const toolTitles: Readonly<Record<ToolName, string>> = { helm: 'Helm', kubectl: 'kubectl' };

/** The platforms on which the whole action runs. */
export const runnerPlatforms: readonly PlatformName[] = ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64'];

const platformNames: Readonly<Partial<Record<string, PlatformName>>> = {
  'linux/x64': 'linux-amd64',
  'linux/arm64': 'linux-arm64',
  'darwin/x64': 'darwin-amd64',
  'darwin/arm64': 'darwin-arm64',
  'win32/x64': 'windows-amd64',
  'win32/arm64': 'windows-arm64',
};

/** The download hosts' name of a machine. Throws a Problem `unsupported-platform` for any that is not in the table. */
export function platformName(platform: Platform): PlatformName {
  const name = platformNames[`${platform.os}/${platform.arch}`];
  if (name === undefined) {
    throw refused({
      id: 'unsupported-platform',
      what: `This runner is ${platform.os} on ${platform.arch}, for which this action installs no Helm and kubectl.`,
      remedy:
        'Run the job on Linux or macOS, x64 or arm64; or install both programs in an earlier step and set `helm-version: path` and `kubectl-version: path`.',
    });
  }
  return name;
}

/** True for the Windows builds, whose programs end in `.exe` and whose archives are zip files. */
export function isWindows(platform: PlatformName): boolean {
  return platform.startsWith('windows-');
}

/** File name of the tool's program. */
export function programName(tool: ToolName, platform: PlatformName): string {
  return isWindows(platform) ? `${tool}.exe` : tool;
}
