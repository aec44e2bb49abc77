/** What the tags of all apps stand for. An app that brings another one describes it itself. */
export const tagDescriptions: Record<string, string> = {
  Catalogue: 'Titles: what there is to watch, and everything about one of them in one answer',
  Episodes: 'The playable parts of a title',
  Genres: 'The genres that titles have',
  Tags: 'The words that titles are found by',
  Credits: 'Who plays in titles and who makes them',
  Sources: 'Where episodes are streamed from, and their subtitles',
  Reviews: 'What people thought: ratings and words, helpful votes, moderation',
  Viewing: 'How far a person is in an episode, and what became of it',
  People: 'Who uses the platform, and what they have watched',
  Trending: 'What is hot now: counted views and the lists made of them',
  problems: 'The closed list of ways in which a request can be refused',
  health: 'For whoever operates the platform',
}
