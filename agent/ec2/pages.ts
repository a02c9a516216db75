/** What a listing says to go on from: nothing at its end. */
type Page<T> = { items: readonly T[]; next: string | undefined };

/** What is on all pages of a listing, in order. `page` asks for one, with the token that the page before it gave. */
export async function allPages<T>(page: (token: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const { items: more, next }: Page<T> = await page(token);
    items.push(...more);
    token = next || undefined;
  } while (token !== undefined);
  return items;
}
