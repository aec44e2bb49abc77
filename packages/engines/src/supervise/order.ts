import type { ProcessSpec } from './process-spec.js'

/** The named processes and everything they depend on; all when no names are given. */
export function withDependencies(specs: Map<string, ProcessSpec>, names?: string[]): Set<string> {
  const found = new Set<string>()
  const add = (name: string) => {
    if (found.has(name)) return
    const spec = specs.get(name)
    if (!spec) throw new Error(`no process is named ${name}`)
    found.add(name)
    spec.dependsOn.forEach(add)
  }
  for (const name of names ?? specs.keys()) add(name)
  return found
}

export function dependentsOf(specs: Map<string, ProcessSpec>, name: string): string[] {
  return [...specs.values()].filter((spec) => spec.dependsOn.includes(name)).map((spec) => spec.name)
}
