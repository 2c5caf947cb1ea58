import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Call, type Command, exit, outputOption, serverOptions } from '../command.ts'
import { listText } from '../output.ts'
import { version } from '../version.ts'

interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warning' | 'wrong'
  readonly found: string
  /** What to do; empty when nothing is to be done. */
  readonly advice: string
}

const nodeMajorLeast = 24
const freeBytesLeast = 1024 ** 3

export const command: Command = {
  name: 'doctor',
  arguments: '',
  counts: [0, 0],
  summary: 'Check the installation, the data folder and the server, and say what to do',
  details: 'Exit code 1 when something is wrong.\n\n  millstream doctor\n  millstream doctor --data DIR',
  options: { data: { type: 'string', value: 'DIR', doc: 'The data folder (./.millstream)' }, ...outputOption, ...serverOptions },
  async run(call) {
    const findings = [node(), ...folder(resolve(call.text('data') ?? '.millstream')), await server(call)]
    call.print(
      listText<Finding>(
        findings,
        [
          { title: 'check', value: (finding) => finding.check },
          { title: 'state', value: (finding) => finding.state },
          { title: 'found', value: (finding) => finding.found },
          { title: 'what to do', value: (finding) => finding.advice },
        ],
        call.format,
      ),
    )
    return findings.some((finding) => finding.state === 'wrong') ? exit.failed : exit.done
  },
}

function node(): Finding {
  const fine = Number(process.versions.node.split('.')[0]) >= nodeMajorLeast
  return {
    check: 'Node',
    state: fine ? 'ok' : 'wrong',
    found: `${process.version}, millstream ${version}`,
    advice: fine ? '' : `Run it with Node ${nodeMajorLeast} or newer: ./millstream in the clone brings its own`,
  }
}

function folder(path: string): Finding[] {
  if (!existsSync(path))
    return [{ check: 'data folder', state: 'ok', found: `${path} is not there yet`, advice: 'It is made at the first start' }]
  const findings: Finding[] = []
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    const format = existsSync(`${path}/format`) ? readFileSync(`${path}/format`, 'utf8').trim().replaceAll(/\s+/g, ' ') : 'no format file'
    findings.push({ check: 'data folder', state: 'ok', found: `${path}, ${format}`, advice: '' })
  } catch {
    findings.push({
      check: 'data folder',
      state: 'wrong',
      found: `${path} cannot be read and written`,
      advice: 'Make it belong to whoever runs the server',
    })
  }
  const { bavail, bsize } = statfsSync(path)
  const free = bavail * bsize
  const fine = free >= freeBytesLeast
  findings.push({
    check: 'disk',
    state: fine ? 'ok' : 'warning',
    found: `${(free / 1e9).toFixed(1)} GB free`,
    advice: fine ? '' : 'A full disk stops ingestion with 503 until there is room: shorten retention or make room',
  })
  return findings
}

async function server(call: Call): Promise<Finding> {
  const check = 'server'
  try {
    const processes = await call.client().processes()
    const waiting = processes.filter((process) => process.state !== 'running')
    const found = `${call.server}, ${processes.length} processes`
    if (waiting.length === 0) return { check, state: 'ok', found, advice: '' }
    const reasons = waiting.map((process) => `${process.role} (${process.reason ?? 'starting'})`).join(', ')
    return {
      check,
      state: 'warning',
      found: `${found}; not running: ${reasons}`,
      advice: 'They are started again by themselves; the logs in the data folder say why they ended',
    }
  } catch (error) {
    const found = `${call.server}: ${(error as Error).message}`
    return { check, state: 'warning', found, advice: 'Start it with `npm start`, or name another with --server' }
  }
}
