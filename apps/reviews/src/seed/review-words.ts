/** What people say, by how much they liked it. Sentences are put together at random, so that few texts are the same. */
export const openings = {
  high: [
    'I did not expect to stay up until four for this.',
    'Every scene earns its place.',
    'Third time through, and it still lands.',
    '처음부터 끝까지 눈을 뗄 수 없었다.',
    '静かで、正確で、優しい。',
    'Best writing of the year so far.',
    'My mother and I watched it together and argued for days.',
  ],
  middle: [
    'Good bones, uneven pacing.',
    'The first half is lovely; the second repeats it.',
    'พอใช้ได้ ดูเพลิน ๆ',
    'Fine company for a rainy weekend.',
    'I liked the people more than the plot.',
    '前几集很好，后面有点拖。',
  ],
  low: [
    'I gave it four episodes, which was three too many.',
    'Everybody explains everything, twice.',
    'A great cast with nothing to do.',
    'The trailer was better.',
    'It mistakes silence for depth.',
  ],
}

export const middles = [
  'The lead carries whole minutes with a look.',
  'Watch the hands in the dinner scene.',
  'The score never tells you what to feel.',
  'Subtitles are careful with the forms of address.',
  'The villain has a point, which is the point.',
  'Some threads are dropped without a word.',
  'It knows exactly what a bus ride at night looks like.',
  'The jokes are 10/10 & the wigs are not <3',
  'Budget shows in episode six.',
  'The side couple deserves a series of its own.',
]

export const spoilers = [
  'When the letter turns out to be from the brother, I had to pause.',
  'That she dies in the ninth episode is the only honest thing about it.',
  'The twin was obvious from the ferry scene on.',
  'They do end up together, but not as you think.',
]

export const endings = [
  'Recommended.',
  'I will remember it.',
  'Not for everybody.',
  'Your evening, your choice.',
  '추천합니다 👍',
  'Now I miss all of them.',
  '',
  '',
]

export const titles = {
  high: ['A quiet marvel', 'Watch it twice', '인생 드라마', 'Exact and kind', 'Worth every hour'],
  middle: ['Almost there', 'Pretty good', 'Nice, not more', 'まあまあ'],
  low: ['Not for me', 'What a pity', 'Skip it'],
}
