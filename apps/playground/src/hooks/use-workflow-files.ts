/** The files of workflows that are offered; none where the agent runs none, or until it is there again. */
import { useEffect, useState } from 'react'
import { ApiError, type Api } from '../api/client.ts'

/** Milliseconds between looks for an agent whose process is gone. */
const againMs = 1_000

export function useWorkflowFiles(api: Api): readonly string[] | undefined {
  const [files, setFiles] = useState<readonly string[]>()
  useEffect(() => {
    let left = false
    let timer = 0
    const look = async (): Promise<void> => {
      try {
        const found = await api.workflowFiles()
        if (!left) setFiles(found)
      } catch (error) {
        const gone = error instanceof ApiError && error.code === 'agent_gone'
        if (gone && !left) timer = window.setTimeout(() => void look(), againMs)
      }
    }
    void look()
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [api])
  return files
}
