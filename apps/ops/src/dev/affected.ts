export interface PackageNode {
  name: string
  /** Relative to the repository. */
  folder: string
  dependencies: string[]
}

/** The changed packages and everything that uses them, however far away. */
export function affectedBy(changed: string[], packages: PackageNode[]): Set<string> {
  const affected = new Set(changed)
  for (let before = -1; before !== affected.size; ) {
    before = affected.size
    for (const { name, dependencies } of packages)
      if (dependencies.some((dependency) => affected.has(dependency))) affected.add(name)
  }
  return affected
}
