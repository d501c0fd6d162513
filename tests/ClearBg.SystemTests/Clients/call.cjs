// Calls a client's function with the arguments in a file of JSON, and prints in JSON what it resolved to or rejected with.
'use strict';

const [client, name, file] = process.argv.slice(2);
require(client)[name](...require(file)).then(
  (resolved) => console.log(JSON.stringify({ resolved })),
  (rejected) => console.log(JSON.stringify({ rejected })));
