/** Text that waits for a session to be opened: what a fork's prompt was, to be changed. Kept by the browser's tab. */

const keyOf = (id: string): string => `draft/${id}`

export const keepDraft = (id: string, text: string): void => sessionStorage.setItem(keyOf(id), text)

export const draftOf = (id: string): string => sessionStorage.getItem(keyOf(id)) ?? ''

export const forgetDraft = (id: string): void => sessionStorage.removeItem(keyOf(id))
