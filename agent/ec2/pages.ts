/** What a listing says to go on from: nothing at its end. */
type Page<T> = { items: readonly T[]; next: string | undefined };

/** What is on all pages of a listing, in order. `page` asks for one, with the token that the page before it gave. */
export async function allPages<T>(page: (token: { NextToken?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let token: { NextToken?: string } | undefined = {}; token !== undefined; ) {
    const { items: more, next }: Page<T> = await page(token);
    items.push(...more);
    token = next ? { NextToken: next } : undefined;
  }
  return items;
}
