/** The public door of @seamfold/store-jsonl. */
export { jsonlBlobs } from './jsonl-blobs.ts'
export { jsonlLeases, type JsonlLeasesOptions } from './jsonl-leases.ts'
export { jsonlWatch } from './jsonl-watch.ts'
export { jsonlStore, type JsonlOptions } from './jsonl-store.ts'
export { jsonlTip } from './jsonl-tip.ts'
