let made = 0;

/** An id that no other element of the page has: a notebook may show a view many times. */
export function uniqueId(name: string): string {
  return `histobook-${name}-${++made}`;
}
