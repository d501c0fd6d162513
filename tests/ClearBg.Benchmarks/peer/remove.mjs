// MODEL=medium|small node remove.mjs INPUT OUTPUT: one cut-out by the peer.
import { readFile, writeFile } from 'node:fs/promises';
import { removeBackground } from '@imgly/background-removal-node';

const [input, output] = process.argv.slice(2);
const picture = new Blob([await readFile(input)], { type: input.endsWith('.png') ? 'image/png' : 'image/jpeg' });
const publicPath = new URL('./node_modules/@imgly/background-removal-node/dist/', import.meta.url).href;
const result = await removeBackground(picture, { publicPath, model: process.env.MODEL, output: { format: 'image/png' } });
await writeFile(output, Buffer.from(await result.arrayBuffer()));
