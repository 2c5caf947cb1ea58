import { type Command, exit, outputOption } from '../command.ts'
import { listText } from '../output.ts'
import { differences } from '../pipeline-tests/compare.ts'
import { TestFolder } from '../pipeline-tests/folder.ts'
import { runPlans } from '../pipeline-tests/run.ts'
import { type PipelineTest, readTests } from '../pipeline-tests/test-file.ts'
import { readProject } from '../project-folder.ts'
import { projectOptions, variablesOf } from '../projects.ts'

interface Result {
  readonly test: string
  readonly source: string
  readonly passed: boolean
  readonly differences: readonly string[]
}

export const command: Command = {
  name: 'test',
  arguments: '[DIR]',
  counts: [0, 1],
  summary: "Run the tests of a folder's pipelines: events in, rows out, in virtual time",
  details: `
No server is needed. Exit code 1 when a test fails, 2 when a definition or test is wrong.
\`millstream schema test\` has the format of tests/*.test.yaml; \`millstream init\` writes an example.

  millstream test my-platform
`,
  options: { var: projectOptions.var, env: projectOptions.env, ...outputOption },
  async run(call) {
    const folder = call.args[0] ?? '.'
    const project = readProject(folder, variablesOf(call), call.text('env'))
    const tests = project.tests.flatMap(readTests)
    const definitions = new TestFolder(project)
    const results = tests.map((test) => run(test, definitions))
    const failed = results.filter((result) => !result.passed).length
    if (call.format !== 'table') {
      const columns = (['test', 'source', 'passed'] as const).map((title) => ({ title, value: (result: Result) => result[title] }))
      call.print(listText(results, columns, call.format))
    } else {
      for (const result of results) call.print(resultText(result))
      const none = `${folder} has no tests: they stand in tests/*.test.yaml\n`
      call.print(tests.length === 0 ? none : `\n${results.length - failed} passed, ${failed} failed\n`)
    }
    return failed > 0 ? exit.failed : exit.done
  },
}

function run(test: PipelineTest, definitions: TestFolder): Result {
  const found = differences(test, runPlans(test, definitions.plans(test)))
  return { test: test.name, source: `${test.place.source}:${test.place.line}`, passed: found.length === 0, differences: found }
}

function resultText({ test, source, passed, differences: lines }: Result): string {
  if (passed) return `ok    ${test}\n`
  return `FAIL  ${test}\n      ${source}\n${lines.map((line) => `      ${line}\n`).join('')}`
}
