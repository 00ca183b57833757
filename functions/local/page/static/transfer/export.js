// All recipes as one JSON-LD file, which the import reads again.

import { recipes } from '../api.js';
import { make } from '../ui/dom.js';
import { say } from '../ui/toast.js';

/** Saves the export in the browser's downloads. */
export async function saveExport() {
  const address = URL.createObjectURL(await recipes.export());
  const date = new Date().toISOString().slice(0, 10);
  make('a', '', { href: address, download: `pantry-${date}.jsonld` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  say('The export is in your downloads.');
}
