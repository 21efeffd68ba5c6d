/** The store, with what belongs to it, as TypeScript. */
import type { Settings } from '../../setup/settings.ts'
import { literal, type Piece } from './piece.ts'

export function storeCode({ storeKind = 'sqlite', storePath }: Pick<Settings, 'storeKind' | 'storePath'>): Piece {
  switch (storeKind) {
    case 'sqlite':
      return {
        imports: { '@seamfold/store-sqlite': ['sqliteBlobs', 'sqliteDatabase', 'sqliteLeases', 'sqliteStore', 'sqliteWatch'] },
        before: [
          `const database = sqliteDatabase(${literal(storePath)})`,
          'const store = sqliteStore(database)',
          'const leases = sqliteLeases(database)',
        ],
        given: ['store,', 'leases,', 'blobs: sqliteBlobs(database),', 'watch: sqliteWatch(database),'],
        after: ['await database.close()'],
      }
    case 'jsonl':
      return {
        imports: { '@seamfold/store-jsonl': ['jsonlBlobs', 'jsonlLeases', 'jsonlStore', 'jsonlWatch'] },
        before: [`const folder = ${literal(storePath)}`, 'const store = jsonlStore(folder)', 'const leases = jsonlLeases(folder)'],
        given: ['store,', 'leases,', 'blobs: jsonlBlobs(folder),', 'watch: jsonlWatch(folder),'],
        after: ['await store.close?.()'],
      }
    case 'memory':
      return {
        imports: { '@seamfold/core': ['memoryLeases', 'memoryStore', 'storeBlobs', 'watchedStore'] },
        before: [
          '// Gone with the process: nothing can be resumed.',
          'const store = watchedStore(memoryStore())',
          'const leases = memoryLeases()',
        ],
        given: ['store,', 'leases,', 'blobs: storeBlobs(store),', 'watch: store,'],
      }
  }
}
