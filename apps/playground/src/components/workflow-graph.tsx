/** A workflow as a graph that fills in while it runs: groups of steps, each behind those that it followed on. */
import { Controls, ReactFlow, ReactFlowProvider, useReactFlow, type Edge } from '@xyflow/react'
import { useEffect, useMemo, type ReactNode } from 'react'
import type { StepGroup } from '../state/workflow.ts'
import { columns, fewSteps, square, StepGroupNode, type GroupNode } from './step-group-node.tsx'

type WorkflowGraphProps = {
  readonly groups: readonly StepGroup[]
  readonly held: boolean
  readonly chosen: string | undefined
  readonly onChoose: (key: string) => void
}

const nodeTypes = { steps: StepGroupNode }

/** Pixels: of a node, its head, one of its steps, and the room between. */
const [width, head, line, gapX, gapY] = [270, 68, 31, 70, 28]

const heightOf = ({ steps }: StepGroup): number =>
  head + (steps.length <= fewSteps ? steps.length * line : Math.ceil(steps.length / columns) * square)

function nodesOf({ groups, held, chosen, onChoose }: WorkflowGraphProps): GroupNode[] {
  const below = new Map<number, number>()
  return groups.map((group) => {
    const y = below.get(group.layer) ?? 0
    const height = heightOf(group)
    below.set(group.layer, y + height + gapY)
    const own = group.steps.some(({ key }) => key === chosen) ? chosen : undefined
    return {
      id: group.key,
      type: 'steps',
      position: { x: group.layer * (width + gapX), y },
      width,
      height,
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

/** What is new comes into view, until somebody looks elsewhere. */
function Fit({ count }: { readonly count: number }): ReactNode {
  const { fitView } = useReactFlow()
  useEffect(() => {
    void fitView({ maxZoom: 1, minZoom: 0.35, padding: 0.08 })
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a group that is new moves the view, and nothing else does
  }, [count, fitView])
  return null
}

export function WorkflowGraph(props: WorkflowGraphProps): ReactNode {
  const nodes = useMemo(() => nodesOf(props), [props])
  const edges = useMemo(() => edgesOf(props.groups), [props.groups])
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
        >
          <Controls showInteractive={false} />
          <Fit count={props.groups.length} />
        </ReactFlow>
      </ReactFlowProvider>
    </div>
  )
}
