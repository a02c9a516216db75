import { type ExecFileException, execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { endOf } from '../../host/command.ts';
import { isObject, parseJsonObject } from '../../host/json.ts';
import type { ExecPlugin } from './kubeconfig.ts';

const boundMs = 20_000;
/** What is about to expire is not used any more, in ms. */
const margin = 60_000;

/** What a plugin answers: a token, or a client certificate with its key. */
export interface ExecCredential {
  token: string | undefined;
  certificate: string | undefined;
  key: string | undefined;
  /** In ms since 1970; undefined: it does not say. */
  expiresAt: number | undefined;
}

/** The credentials of an exec plugin, kept until they expire, or are forgotten. */
export function createExecTokens(folder: string, env: NodeJS.ProcessEnv) {
  let kept: ExecCredential | undefined;
  return {
    async get(plugin: ExecPlugin, signal: AbortSignal): Promise<ExecCredential> {
      // The time is the wall clock's: so is the expiry.
      if (kept === undefined || (kept.expiresAt ?? Number.POSITIVE_INFINITY) < Date.now() + margin) {
        kept = parseExecCredential(plugin, await run(plugin, folder, env, signal));
      }
      return kept;
    },
    forget(): void {
      kept = undefined;
    },
  };
}

/** As kubelet runs it: no shell, a relative path is relative to the kubeconfig, a bare name is found by PATH. */
function run(
  { apiVersion, command, args, env: own }: ExecPlugin,
  folder: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string> {
  const file = command.includes('/') ? resolve(folder, command) : command;
  const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } });
  return new Promise((resolve, reject) => {
    execFile(
      file,
      args,
      {
        env: { ...env, ...own, KUBERNETES_EXEC_INFO: info },
        signal,
        timeout: boundMs,
        killSignal: 'SIGKILL',
      },
      (error: ExecFileException | null, stdout, stderr) =>
        error === null
          ? resolve(stdout)
          : reject(new Error(`\`${command}\` failed: ${stderr.trim().slice(-300) || endOf(error)}`)),
    );
  });
}

/** Throws an error that says what the plugin's answer lacks; its secrets are not repeated. */
export function parseExecCredential({ command, apiVersion }: ExecPlugin, text: string): ExecCredential {
  const answer = parseJsonObject(text);
  const status = answer?.status;
  if (answer?.kind !== 'ExecCredential' || answer.apiVersion !== apiVersion || !isObject(status)) {
    throw new Error(`\`${command}\` answered no ExecCredential of ${apiVersion} with a status`);
  }
  const textOf = (key: string) => {
    const value = status[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const expiry = Date.parse(textOf('expirationTimestamp') ?? '');
  const credential = {
    token: textOf('token'),
    certificate: textOf('clientCertificateData'),
    key: textOf('clientKeyData'),
    expiresAt: Number.isNaN(expiry) ? undefined : expiry,
  };
  if (credential.token === undefined && credential.certificate === undefined) {
    throw new Error(`\`${command}\` answered neither a token nor a client certificate`);
  }
  return credential;
}
