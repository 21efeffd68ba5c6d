/** A group of steps as a node of the graph: what it is, how far it has come, and its steps, one by one or as a field of squares. */
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react'
import { memo, type ReactNode } from 'react'
import { stepCounts, taskIdOf, type StepGroup } from '../state/workflow.ts'
import { StepMark, stepTone, stepWords } from './step-mark.tsx'

export type GroupNode = Node<
  {
    readonly group: StepGroup
    readonly held: boolean
    readonly chosen: string | undefined
    readonly onChoose: (key: string) => void
  },
  'steps'
>

/** More steps than this are drawn as squares. */
export const fewSteps = 8
/** Squares in a row, and rem of each with its gap. */
export const [columns, square] = [26, 0.5625]

/** Of a square with its gap, as it is drawn. */
const unit = 9

const groupTitle = ({ kind, name, scope }: StepGroup): string => {
  const own = name === '' ? (kind === 'steps' ? 'Steps' : kind) : name
  return scope === '' ? own : `${scope} / ${own}`
}

function Squares({ data: { group, held, chosen, onChoose } }: Pick<NodeProps<GroupNode>, 'data'>): ReactNode {
  const rows = Math.ceil(group.steps.length / columns)
  return (
    <svg
      className="step-squares nodrag nopan"
      viewBox={`0 0 ${columns * unit} ${rows * unit}`}
      style={{ width: `${columns * square}rem`, height: `${rows * square}rem` }}
      aria-hidden="true"
    >
      {group.steps.map((step, index) => (
        <rect
          key={step.key}
          x={(index % columns) * unit}
          y={Math.floor(index / columns) * unit}
          width={unit - 2}
          height={unit - 2}
          rx={1.5}
          data-tone={stepTone(step)}
          data-chosen={step.key === chosen}
          onClick={() => onChoose(step.key)}
        >
          <title>{`${taskIdOf(step.key)}: ${stepWords(step, held)}`}</title>
        </rect>
      ))}
    </svg>
  )
}

export const StepGroupNode = memo(function StepGroupNode({ data }: NodeProps<GroupNode>): ReactNode {
  const { group, held, chosen, onChoose } = data
  const { open, waiting, completed, failed, kept } = stepCounts(group.steps)
  const said = [
    `${completed} of ${group.steps.length} done`,
    ...(open > 0 ? [`${open} ${held ? 'running' : 'cut off'}`] : []),
    ...(waiting > 0 ? [waiting === 1 ? '1 waits for you' : `${waiting} wait for you`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(kept > 0 ? [`${kept} from before`] : []),
  ]
  return (
    <div className="group-node" data-tone={failed > 0 ? 'failed' : waiting > 0 ? 'waiting' : open > 0 ? 'open' : 'completed'}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <h3>
        {groupTitle(group)} {group.kind === 'phase' && <small>phase</small>}
      </h3>
      <p>{said.join(' · ')}</p>
      {group.steps.length <= fewSteps ? (
        group.steps.map((step) => <StepMark key={step.key} {...{ step, held, onChoose }} chosen={step.key === chosen} />)
      ) : (
        <Squares data={data} />
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  )
})
