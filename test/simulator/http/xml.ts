/** The tree of an answer: lists become `<item>` elements, members that are undefined are left out. */
export type Answer = string | number | boolean | undefined | Answer[] | { [member: string]: Answer };

const namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** An answer in EC2's shape: `<DescribeSubnetsResponse><requestId>…`. */
export function renderAnswer(
  action: string,
  requestId: string,
  answer: { [member: string]: Answer },
): string {
  const inner = render({ requestId, ...answer });
  return `${declaration}<${action}Response xmlns="${namespace}">${inner}</${action}Response>`;
}

export function renderError(requestId: string, code: string, message: string): string {
  const inner = render({ Errors: { Error: { Code: code, Message: message } }, RequestID: requestId });
  return `${declaration}<Response>${inner}</Response>`;
}

function render(answer: Answer): string {
  if (answer === undefined) {
    return '';
  }
  if (Array.isArray(answer)) {
    return answer.map((each) => `<item>${render(each)}</item>`).join('');
  }
  if (typeof answer !== 'object') {
    return escapeXml(String(answer));
  }
  let xml = '';
  for (const [member, value] of Object.entries(answer)) {
    if (value !== undefined) {
      xml += `<${member}>${render(value)}</${member}>`;
    }
  }
  return xml;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML has no way to say most control characters. */
const unspeakable = /[^\t\n\r\x20-\ud7ff\ue000-\u{10ffff}]/gu;

function escapeXml(value: string): string {
  return value
    .replace(unspeakable, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? character)
    .replaceAll('\r', '&#13;');
}
