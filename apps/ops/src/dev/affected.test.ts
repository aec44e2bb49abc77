import { describe, expect, it } from '@jest/globals'
import { affectedBy } from './affected.js'

const node = (name: string, ...dependencies: string[]) => ({ name, folder: name, dependencies })
const packages = [
  node('gateway', 'kit'),
  node('catalog', 'kit', 'postgres'),
  node('postgres'),
  node('kit', 'contracts'),
  node('contracts'),
]

describe('what a change affects', () => {
  it('is the package itself and all that use it, near or far', () => {
    expect([...affectedBy(['contracts'], packages)].sort()).toEqual([
      'catalog',
      'contracts',
      'gateway',
      'kit',
    ])
    expect([...affectedBy(['postgres'], packages)].sort()).toEqual(['catalog', 'postgres'])
    expect([...affectedBy(['gateway'], packages)]).toEqual(['gateway'])
  })
})
