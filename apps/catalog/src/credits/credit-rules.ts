import type { PutCredits } from '@marquee/contracts'
import { ApiError } from '@marquee/service-kit'

/** A row of cast_members or crew_members. */
export interface NewCredit {
  id: string
  kind: 'cast' | 'crew'
  personId: string
  role: string | null
  department: string | null
  isLead: boolean
  sortOrder: number
}

/**
 * What the list says, each credit in its place. One person may have several parts, but not one part twice.
 * @throws ApiError invalid_body for an unknown person or a repeated part
 */
export function chosenCredits(
  { credits }: PutCredits,
  known: ReadonlySet<string>,
  id: () => string,
): NewCredit[] {
  const seen = new Set<string>()
  const errors: { pointer: string; code: string; message: string }[] = []
  const refuse = (n: number, field: string, message: string) =>
    errors.push({ pointer: `/credits/${n}${field}`, code: 'custom', message })
  const chosen = credits.map((credit, n): NewCredit => {
    const { kind, personId } = credit
    const role = credit.role ?? null
    const part = JSON.stringify([kind, personId, role])
    if (!known.has(personId)) refuse(n, '/personId', 'is not a person')
    if (seen.has(part)) refuse(n, '', 'is there twice')
    seen.add(part)
    return {
      ...{ id: id(), kind, personId, role, sortOrder: credit.sortOrder ?? n },
      department: credit.kind === 'crew' ? (credit.department ?? null) : null,
      isLead: credit.kind === 'cast' && (credit.isLead ?? false),
    }
  })
  if (errors.length > 0) throw new ApiError('invalid_body', 'These are no credits.', { errors })
  return chosen
}

/** The same parts in the same places, whatever their ids. */
export const sameCredits = (one: readonly NewCredit[], other: readonly NewCredit[]): boolean => {
  const plain = (credits: readonly NewCredit[]) =>
    credits.map(({ id: _, ...credit }) => JSON.stringify(credit, Object.keys(credit).sort())).sort()
  return String(plain(one)) === String(plain(other))
}
