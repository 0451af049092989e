/** What the details of a conversation consist of; `about` comes first and leads to the others. */
export type DetailsPage = 'about' | 'edit' | 'add' | 'invite';
