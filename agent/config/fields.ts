import * as z from 'zod';

/** Text that must match `form`, before any other rule is asked; `remedy` says what to write, given what was written. */
export function text(form: RegExp, remedy: (written: string) => string) {
  return z.string().regex(form, { abort: true, error: ({ input }) => remedy(String(input)) });
}

/** Text of which `fault` finds nothing to say. */
export function textWithout(fault: (written: string) => string | undefined) {
  return z.string().check(({ value, issues }) => {
    const message = fault(value);
    if (message !== undefined) {
      issues.push({ code: 'custom', input: value, message });
    }
  });
}

const quote = JSON.stringify;

export const interfaceName = text(
  // Names end up in paths, in unit and .link files. systemd refuses all digits, `all`, `default`; `lo` is taken.
  /^(?!\d+$)(?!(?:lo|all|default)$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/,
  (written) => {
    if (written.length > 15) {
      return `${quote(written)} has ${written.length} characters, the kernel allows 15; write a shorter name, as in eth1`;
    }
    if (['lo', 'all', 'default'].includes(written)) {
      return `${quote(written)} is a name that the kernel uses itself; write another, as in eth1`;
    }
    return `${quote(written)} is not an interface name; write letters, digits, "-", "_" and ".", not only digits, as in eth1`;
  },
);

export const subnetId = text(
  /^subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
  (written) => `${quote(written)} is not a subnet id; write "subnet-" and 8 or 17 hex digits`,
);

export const securityGroupId = text(
  /^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
  (written) =>
    `${quote(written)} is not a security group id; write "sg-" and 8 or 17 hex digits, not the group's name`,
);

/** EKS's own rule for the name of a cluster. */
export const clusterName = text(
  /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/,
  (written) =>
    `${quote(written)} is not a cluster name; write up to 100 letters, digits, "-" and "_", a letter or digit first`,
);

const durationForm = /^(?=.)(?:(\d{1,4})m)?(?:(\d{1,4})s)?$/;

/** The milliseconds of `10m`, `90s` or `1m30s`: text of the form that `timeout` and `wait` let through. */
export function parseDuration(written: string): number {
  const [, minutes = '0', seconds = '0'] = durationForm.exec(written) ?? [];
  return (Number(minutes) * 60 + Number(seconds)) * 1000;
}

/** The unit's own limit is 61 minutes. */
const longest = 60 * 60 * 1000;

/** Minutes and seconds, at least `shortest` milliseconds. */
function duration(shortest: number, examples: string, bounds: string) {
  return text(
    durationForm,
    (written) => `${quote(written)} is not a duration; write minutes and seconds, as in ${examples}`,
  ).refine((written) => parseDuration(written) >= shortest && parseDuration(written) <= longest, {
    error: ({ input }) => `${input} is out of bounds; write ${bounds}`,
  });
}

export const timeout = duration(1000, '10m, 90s or 1m30s', 'at least 1s and at most 60m');

/** 0s is not at all. */
export const wait = duration(0, '2m, 90s or 0s', 'at most 60m');

/** A list whose entries differ from each other, however they are spelled. */
export function distinct<T extends z.ZodType<string, string>>(
  entry: T,
  canonical: (written: string) => string = (written) => written,
) {
  return z.array(entry).check(({ value, issues }) => {
    const forms = value.map(canonical);
    value.forEach((item, index) => {
      if (forms.indexOf(canonical(item)) < index) {
        issues.push({
          code: 'custom',
          input: value,
          path: [index],
          message: `${quote(item)} is there twice; remove one`,
        });
      }
    });
  });
}
