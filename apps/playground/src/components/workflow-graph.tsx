/** A workflow as a graph that fills in while it runs: groups of steps, each behind those that it followed on. */
import { Controls, ReactFlow, ReactFlowProvider, useReactFlow, useStore, type Edge, type Viewport } from '@xyflow/react'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { useRem } from '../hooks/use-rem.ts'
import type { StepGroup } from '../state/workflow.ts'
import { columns, fewSteps, square, StepGroupNode, type GroupNode } from './step-group-node.tsx'

type WorkflowGraphProps = {
  readonly groups: readonly StepGroup[]
  readonly held: boolean
  readonly chosen: string | undefined
  readonly onChoose: (key: string) => void
}

const nodeTypes = { steps: StepGroupNode }

/** Rem: of a node, its head, one of its steps, and the room between. */
const [width, head, line, gapX, gapY] = [16.875, 4.25, 1.9375, 4.375, 1.75]

const heightOf = ({ steps }: StepGroup): number =>
  head + (steps.length <= fewSteps ? steps.length * line : Math.ceil(steps.length / columns) * square)

function nodesOf({ groups, held, chosen, onChoose }: WorkflowGraphProps, rem: number): GroupNode[] {
  const below = new Map<number, number>()
  return groups.map((group) => {
    const y = below.get(group.layer) ?? 0
    const height = heightOf(group)
    below.set(group.layer, y + height + gapY)
    const own = group.steps.some(({ key }) => key === chosen) ? chosen : undefined
    return {
      id: group.key,
      type: 'steps',
      position: { x: group.layer * (width + gapX) * rem, y: y * rem },
      width: width * rem,
      height: height * rem,
      data: { group, held, chosen: own, onChoose },
    }
  })
}

const edgesOf = (groups: readonly StepGroup[]): Edge[] =>
  groups.flatMap(({ key, after, steps }) =>
    after.map((source) => ({
      id: `${source} > ${key}`,
      source,
      target: key,
      animated: steps.some(({ status }) => status === 'open'),
    })),
  )

/** Pixels around the graph, and the zoom below which its words are no longer read. */
const [margin, readable] = [28, 0.75]

/** All of it where that can be read; else what was chosen, its end while it runs, or its beginning. */
function placeOf(nodes: readonly GroupNode[], [wide, high]: readonly [number, number], running: boolean): Viewport {
  const right = Math.max(...nodes.map(({ position, width: own = 0 }) => position.x + own))
  const bottom = Math.max(...nodes.map(({ position, height = 0 }) => position.y + height))
  const zoom = Math.min(1, Math.max(readable, Math.min((wide - 2 * margin) / right, (high - 2 * margin) / bottom)))
  const beyond = Math.max(0, right * zoom + 2 * margin - wide)
  const node = nodes.find(({ data }) => data.chosen !== undefined)
  if (node === undefined) return { x: running ? margin - beyond : margin, y: margin, zoom }
  // What was chosen stands in the middle, as far as that leaves no empty room.
  const middle = node.position.x + (node.width ?? 0) / 2
  return { x: margin - Math.min(beyond, Math.max(0, margin + middle * zoom - wide / 2)), y: margin, zoom }
}

/** Follows what is new, and the room that there is. */
function Follow({ nodes, running }: { readonly nodes: readonly GroupNode[]; readonly running: boolean }): ReactNode {
  const { setViewport } = useReactFlow()
  const [wide, high] = [useStore((state) => state.width), useStore((state) => state.height)]
  const { x, y, zoom } = placeOf(nodes, [wide, high], running)
  useEffect(() => {
    if (wide > 0 && Number.isFinite(zoom)) void setViewport({ x, y, zoom })
  }, [x, y, zoom, wide, setViewport])
  return null
}

export function WorkflowGraph(props: WorkflowGraphProps): ReactNode {
  const rem = useRem()
  const nodes = useMemo(() => nodesOf(props, rem), [props, rem])
  const edges = useMemo(() => edgesOf(props.groups), [props.groups])
  const [moved, setMoved] = useState(false)
  return (
    <div className="workflow-graph" role="group" aria-label="Graph of the workflow">
      <ReactFlowProvider>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          onlyRenderVisibleElements
          panOnScroll
          minZoom={0.1}
          maxZoom={1.5}
          // By hand: what the page does itself comes with no event.
          onMoveStart={(event) => event && setMoved(true)}
        >
          <Controls showInteractive={false} />
          {!moved && <Follow nodes={nodes} running={props.held} />}
        </ReactFlow>
      </ReactFlowProvider>
    </div>
  )
}
