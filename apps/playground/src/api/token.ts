/** Keeps the token that came in the address, and takes it out of the address. */

const key = 'seamfold-token'

/** The token of this server. Kept per origin, so that reloading and a second tab work. */
export function takeToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given !== null && given !== '') {
    localStorage.setItem(key, given)
    history.replaceState(null, '', location.pathname)
  }
  return localStorage.getItem(key) ?? ''
}
