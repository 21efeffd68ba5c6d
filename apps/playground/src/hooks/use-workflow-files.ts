/** The files of workflows that are offered; none where no agent is here or it runs none. */
import { useEffect, useState } from 'react'
import type { Api } from '../api/client.ts'

export function useWorkflowFiles(api: Api): readonly string[] | undefined {
  const [files, setFiles] = useState<readonly string[]>()
  useEffect(() => {
    let left = false
    api.workflowFiles().then(
      (found) => left || setFiles(found),
      () => undefined,
    )
    return () => {
      left = true
    }
  }, [api])
  return files
}
