/** Text of a model as Markdown. Nothing in it can load or run anything: images become links, HTML stays text. */
import { isValidElement, memo, type ReactNode } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { markdownBlocks } from '../text/markdown-blocks.ts'
import { CodeBlock } from './code-block.tsx'

const plugins = [remarkGfm]

type CodeProps = { readonly className?: string; readonly children?: ReactNode }

const flat = (children: ReactNode): string =>
  Array.isArray(children) ? children.map(flat).join('') : typeof children === 'string' ? children : ''

const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ),
  img: ({ src, alt }) => (
    <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noopener noreferrer">
      {alt === undefined || alt === '' ? 'image' : alt}
    </a>
  ),
  pre: ({ children }) => {
    const code = isValidElement<CodeProps>(children) ? children.props : {}
    const language = /language-(\S+)/.exec(code.className ?? '')?.[1]
    return <CodeBlock text={flat(code.children).replace(/\n$/, '')} label={language} />
  },
  table: ({ children }) => (
    <div className="table-scroll" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
}

const Part = memo(function Part({ text }: { readonly text: string }): ReactNode {
  return (
    <ReactMarkdown remarkPlugins={plugins} components={components}>
      {text}
    </ReactMarkdown>
  )
})

/** `forming`: more is being written, and only its last block is read anew. */
export const Markdown = memo(function Markdown({
  text,
  forming = false,
}: {
  readonly text: string
  readonly forming?: boolean
}): ReactNode {
  return (
    <div className="markdown">
      {forming ? markdownBlocks(text).map((block, index) => <Part key={index} text={block} />) : <Part text={text} />}
    </div>
  )
})
