import type { ErrorClass } from './port.ts';

/** An error that EC2, or something in its place, answered with. */
export interface Answer {
  action: string;
  code: string;
  message: string;
  /** Of HTTP. */
  status: number;
  /** Whether the answer's Date is far from this host's clock. */
  skewed: boolean;
}

interface Row {
  code: RegExp;
  /** Where one code stands for several situations. */
  message?: RegExp;
  action?: RegExp;
  skewed?: true;
  class: ErrorClass;
}

/** The calls that name addresses. What EC2 says of IPv6 addresses is not documented: any such words will do. */
const naming = /^(Create|Assign)/;

/** EC2's own errors; the first row that matches counts. */
const rows: readonly Row[] = [
  { code: /^Invalid(IP|Ipv6)?Address\.InUse$|^Resource\.AlreadyAssigned$/i, class: 'taken' },
  { code: /^InvalidParameterValue$/, message: /assigned, but move is not allowed/, class: 'taken' },
  {
    code: /^InvalidParameterValue$/,
    message: /already (assigned|in use)|^Address\S* \S+ is in use/,
    action: naming,
    class: 'taken',
  },
  {
    code: /^InvalidParameterValue$/,
    message: /\baddress\b.*(\breserv|(not (fall )?(with)?in|outside)\b.*(range|CIDR))/i,
    action: naming,
    class: 'unusable',
  },
  // Whatever its words: who takes an address off an ENI names nothing else that could be amiss.
  {
    code: /^Invalid(Parameter(Value)?|IPAddress.*|Ipv6Address.*|Address.*)$/,
    action: /^Unassign/,
    class: 'notHeld',
  },
  { code: /^InvalidParameterValue$/, message: /attached at device index/, class: 'indexTaken' },
  { code: /^InvalidParameterValue$/, message: /is currently in use/, class: 'eniInUse' },
  { code: /^InvalidNetworkInterface\.InUse$/, class: 'eniInUse' },
  // Not ours, or not ours yet: the ENI's state, not the instance's.
  {
    code: /^IncorrectState$/,
    message: /^(?!.*\binstance\b).*interface/i,
    action: /^Attach/,
    class: 'eniInUse',
  },
  { code: /^InsufficientFreeAddressesInSubnet$|^InsufficientCidrBlocks$/, class: 'full' },
  { code: /Throttl|^RequestLimitExceeded$|^BandwidthLimitExceeded$|^TooManyRequests/, class: 'throttled' },
  { code: /LimitExceeded$|^ResourceCountExceeded$/, class: 'limit' },
  { code: /^InvalidParameterValue$/, message: /\baddresses\b.*exceeds? .*\blimit/i, class: 'limit' },
  // Instance types that carry no IPv6.
  { code: /^Unsupported|^InvalidParameter/, message: /IPv6.* not supported (on|for)\b/i, class: 'limit' },
  { code: /^Unsupported|^InvalidParameter/, message: /\btype\b.*(not|n't) support.*IPv6/i, class: 'limit' },
  // Who deletes, or takes tags off, wants nothing of what is gone.
  { code: /^InvalidNetworkInterface(ID)?\.NotFound$/, action: /^(Delete|Unassign)/, class: 'notFound' },
  { code: /^Invalid(NetworkInterface(ID)?|InstanceID)\.NotFound$/, class: 'notYet' },
  // Its id is from an attach, or a listing: EC2 does not see it yet, or it is gone and the next listing says so.
  { code: /^InvalidAttachmentID\.NotFound$/, class: 'notYet' },
  { code: /^Incorrect(Instance)?State$/, class: 'notYet' },
  { code: /\.NotFound$/, class: 'notFound' },
  { code: /^IdempotentParameterMismatch$/, class: 'tokenMismatch' },
  { code: /^RequestExpired$|^RequestTimeTooSkewed$|^RequestInTheFuture$/, class: 'clock' },
  // An ENI of an AWS service, or of another account.
  { code: /^AuthFailure$/, message: /access the specified resource/, class: 'invalid' },
  { code: /^AuthFailure$|^SignatureDoesNotMatch$/, message: /not yet current|expired/i, class: 'clock' },
  // What EC2 says of a date that is too far off, word for word as of wrong keys.
  { code: /^AuthFailure$|^SignatureDoesNotMatch$/, skewed: true, class: 'clock' },
  { code: /^AuthFailure$|^SignatureDoesNotMatch$|^IncompleteSignature$/, class: 'noCredentials' },
  { code: /^ExpiredToken|^InvalidClientTokenId$|^UnrecognizedClient/, class: 'noCredentials' },
  { code: /^MissingAuthenticationToken$/, class: 'noCredentials' },
  { code: /^UnauthorizedOperation$|^AccessDenied/, class: 'notPermitted' },
  { code: /^OptInRequired$|^PendingVerification$|^Blocked$/, class: 'notPermitted' },
  { code: /^InternalError$|^InternalFailure$|Unavailable$|^RequestTimeout$/, class: 'transient' },
  { code: /^ConcurrentTagAccess$/, class: 'transient' },
];

/** What an answer means for what to do next. */
export function classOfAnswer({ action, code, message, status, skewed }: Answer): ErrorClass {
  const row = rows.find(
    (each) =>
      each.code.test(code) &&
      (each.message?.test(message) ?? true) &&
      (each.action?.test(action) ?? true) &&
      (skewed || !each.skewed),
  );
  if (row !== undefined) {
    return row.class;
  }
  if (status === 429) {
    return 'throttled';
  }
  // 2xx and 3xx: an answer that the SDK could not read, cut short perhaps. The call may have taken effect.
  if (status >= 500 || status < 400) {
    return 'transient';
  }
  return code.startsWith('HTTP ') ? 'unreachable' : 'invalid';
}
