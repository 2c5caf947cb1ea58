import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** A folder of `examples/`: beside the compiled code of a package, or of the clone. */
export function exampleFolder(name: string): string {
  const here = import.meta.dirname
  const places = [join(here, '..', 'examples', name), join(here, '..', '..', '..', '..', 'examples', name)]
  const folder = places.find((place) => existsSync(join(place, 'millstream.yaml')))
  if (folder === undefined) throw new Error(`examples/${name} is not at ${places.join(' or ')}`)
  return folder
}
