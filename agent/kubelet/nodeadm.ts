import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { ExitCode, Failure } from '../failure.ts';
import { errorCode, fileFailure } from '../host/files.ts';
import { paths } from '../host/paths.ts';

/**
 * Makes sure, before anything is changed, that this image's nodeadm reads drop-ins, and that ours can be
 * written. The folder is not made where it is missing: nodeadm without it would not read it. Throws a
 * `Failure` (9).
 */
export async function findNodeadm(root: string): Promise<void> {
  const folder = paths(root).nodeadm;
  try {
    if (!(await stat(folder)).isDirectory()) {
      throw notNodeadm(folder, 'is not a folder');
    }
    await access(folder, constants.W_OK);
  } catch (error) {
    if (error instanceof Failure) {
      throw error;
    }
    if (errorCode(error) === 'ENOENT') {
      throw notNodeadm(folder, 'is missing');
    }
    throw fileFailure('write to', folder, error);
  }
}

function notNodeadm(folder: string, what: string): Failure {
  return new Failure(
    ExitCode.host,
    `${folder} ${what}: kubelet's labels and taints are handed over there, to nodeadm. ` +
      'Use an EKS-optimized AL2023 AMI of v20251023 or later, or one made from it',
  );
}
