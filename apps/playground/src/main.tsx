/** Starts the playground. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { apiClient } from './api/client.ts'
import { takeToken } from './api/token.ts'
import { App } from './app.tsx'
import { fetchViews } from './components/views.tsx'

const api = apiClient(takeToken())
const root = document.querySelector('#root')

if (root) {
  createRoot(root).render(
    <StrictMode>
      <App api={api} />
    </StrictMode>,
  )
}
fetchViews()
