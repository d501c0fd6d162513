// MODEL=medium|small node remove.mjs FOLDER INPUT…: cut-outs by the peer, one after the other, into a folder.
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { removeBackground } from '@imgly/background-removal-node';

const [folder, ...inputs] = process.argv.slice(2);
const publicPath = new URL('./node_modules/@imgly/background-removal-node/dist/', import.meta.url).href;
for (const input of inputs) {
  const picture = new Blob([await readFile(input)], { type: input.endsWith('.png') ? 'image/png' : 'image/jpeg' });
  const result = await removeBackground(picture, { publicPath, model: process.env.MODEL, output: { format: 'image/png' } });
  await writeFile(join(folder, `${basename(input)}.png`), Buffer.from(await result.arrayBuffer()));
}
