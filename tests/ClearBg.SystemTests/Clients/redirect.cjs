// Loaded before a client: where its source says remove.bg's address, which is a constant in it, the gateway's is compiled instead. The file stays as published.
'use strict';

const Module = require('node:module');
const path = require('node:path');

const published = 'https://api.remove.bg';
const clients = [path.join('remove.bg', 'dist', 'index.js'), path.join('removebg-wrapper', 'index.js')].map((file) => path.join(__dirname, 'node_modules', file));

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, file, ...rest) {
  if (clients.includes(file) && !source.includes(published)) {
    throw new Error(`${file} does not say ${published}, so that it would call wherever it pleases.`);
  }

  return compile.call(this, source.replaceAll(published, process.env.CLEARBG_URL), file, ...rest);
};
