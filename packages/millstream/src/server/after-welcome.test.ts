import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MessagePipe, rpcOver } from '../base/rpc.ts'
import { afterWelcome } from './after-welcome.ts'
import { ToldState } from './told-state.ts'

test('an end that moved right behind the welcome stands, though both came in one piece', async () => {
  let receive: (message: unknown) => void = () => {}
  const sent: { id?: number }[] = []
  const pipe = {
    send: (message: unknown) => sent.push(message as { id?: number }),
    onMessage: (listener: (message: unknown) => void) => {
      receive = listener
    },
    onClose: () => {},
    close: () => {},
    backlogBytes: () => 0,
  } as unknown as MessagePipe
  const hub = rpcOver(pipe)
  const told = new ToldState()
  const welcomed = afterWelcome()
  hub.handle('olap.ends', welcomed.take(told.takeEnds))
  const joining = hub.request<{ ends: Record<string, number> }>('hub.hello', {}).then(({ ends }) => {
    told.takeEnds({ ends })
    welcomed.release()
  })
  receive({ answer: sent[0]?.id, result: { ends: { 's/0': 600 } } })
  receive({ method: 'olap.ends', params: { ends: { 's/0': 650 } } })
  await joining
  assert.equal(told.end('s', 0), 650)
  receive({ method: 'olap.ends', params: { ends: { 's/0': 700 } } })
  assert.equal(told.end('s', 0), 700)
})
