import { formatCount } from '../../claim/count.ts';
import { formatAddress, type Range } from '../../claim/range.ts';

/** `1 address`, `2 addresses`. */
export function counted(count: bigint, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1n ? one : many}`;
}

/** A user's text on one line of `width` columns: nothing that steers a terminal, and nothing that XML forbids. */
export function printable(text: string, width: number): string {
  const characters = [...text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')];
  let columns = 0;
  const fitting = characters.filter((character) => {
    columns += /[ -~]/.test(character) ? 1 : 2;
    return columns <= width;
  });
  return fitting.length === characters.length ? fitting.join('') : `${fitting.slice(0, -2).join('')}…`;
}

/** Breaks a text between words into lines of at most `width` characters. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = `${line} ${word}`;
    }
  }
  return lines;
}

/** `10.0.4.4 to 10.0.4.63`, or the one address. */
export function formatRange({ first, last }: Range): string {
  return first === last ? formatAddress(first) : `${formatAddress(first)} to ${formatAddress(last)}`;
}
