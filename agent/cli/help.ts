/** Lines for the end of a command's help. */
export function examples(...lines: string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}

export const exitCodes = `
Exit codes:
  0 done, or nothing to do      5 no free address or ENI
  1 a bug                       6 a limit of the instance type or account
  2 usage                       7 the deadline passed
  3 configuration               8 EC2 or IMDS unreachable
  4 not permitted (IAM)         9 the host: kernel, udev, files`;
