/**
 * A web page somewhere may make a browser ask, with all that the browser adds by itself: that it stands in this network, a password that
 * somebody typed once, a certificate. Browsers say whose page it is (Origin); programs say nothing (docs/decisions/87-pages-of-others.md).
 */

/** What no page can add without being allowed to, which nobody is. */
const BEARER = /^Bearer /i;

/** `origin` and `host`: the headers, empty where there is none. */
export function isForeignPage(origin: string, host: string): boolean {
  if (origin === '') return false;
  return !URL.canParse(origin) || new URL(origin).host !== host.toLowerCase();
}

/** Whether a browser could have added all that a request with this header shows. */
export function couldBePage(authorization: string): boolean {
  return !BEARER.test(authorization);
}
