/** Reads an image for the model to see. */
import { extname } from 'node:path'
import { succeeded, type ToolResult } from '@seamfold/core/kit'
import { wholeFile } from '../text/whole-text.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Providers take no larger ones: 5 MB of base64. */
const LIMIT_BYTES = 3_750_000

const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
}

/** The media type by the ending of the name; `undefined` for what is no image that models see. */
export const imageType = (path: string): string | undefined => TYPES[extname(path).toLowerCase()]

export async function readImage(workspace: Workspace, path: string, mediaType: string): Promise<ToolResult> {
  const bytes = await wholeFile(workspace, path, LIMIT_BYTES)
  return succeeded(
    [
      { type: 'text', text: `[${path}: ${mediaType}, ${bytes.length} bytes]` },
      { type: 'image', mediaType, data: bytes.toString('base64') },
    ],
    { source_anchors: [await workspace.resolve(path)] },
  )
}
