import { ExitCode, Failure } from '../failure.ts';

/** A value's way from the document's root: `['spec', 'interfaces', 0, 'name']`. */
export type Path = readonly (string | number)[];

/** One thing wrong with the configuration, and where. */
export interface Problem {
  /** A file's path, or the part of the user data. */
  source: string;
  /** From 1; absent where the source could not be read at all. */
  line?: number;
  column?: number;
  path?: Path;
  /** What is wrong, and what to write instead. */
  message: string;
}

/** `spec.interfaces[0].subnets[1]`; keys that hold dots or slashes in brackets, `spec.kubelet.labels["a.b/c"]`. */
export function formatPath(path: Path): string {
  return path
    .map((step) => {
      if (typeof step === 'number') {
        return `[${step}]`;
      }
      return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join('')
    .replace(/^\./, '');
}

/** One line, `source:line:column: path: what is wrong`, as compilers write it and editors can follow it. */
export function formatProblem(problem: Problem): string {
  const place = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  const path = problem.path === undefined || problem.path.length === 0 ? '' : `${formatPath(problem.path)}: `;
  return `${problem.source}${place}: ${path}${problem.message}`;
}

/** Ends the reading of the configuration: kubelet is blocked, since the failurePolicy itself could not be trusted. */
export class ConfigurationFailure extends Failure {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(ExitCode.configuration, problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}
