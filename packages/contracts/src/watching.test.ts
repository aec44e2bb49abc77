import { expect, it } from '@jest/globals'
import { ContinueExplanation, ContinueItem, TitleStatus, world } from './index.js'

it('shows valid examples', () => {
  const { continueItem, continueExplanation, titleStatus } = world
  expect(ContinueItem.parse(continueItem)).toEqual(continueItem)
  expect(ContinueExplanation.parse(continueExplanation)).toEqual(continueExplanation)
  expect(TitleStatus.parse(titleStatus)).toEqual(titleStatus)
})
