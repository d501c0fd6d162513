// Reads a call a line, {"id", "function", "arguments"}, and prints an answer a line, {"id", "value"} or {"id", "error"}, in whatever order they are ready.
// Ends with its input.
import { createInterface } from 'node:readline';
import { privateKeyToAccount } from 'viem/accounts';
import { pay } from './clients.mjs';
import { facilitator } from './facilitator.mjs';
import { account, sign } from './sign.mjs';
import { blacklist, cancel, fund, install, pause, submit } from './token.mjs';

const withAccount = (call) => (options) => call({ ...options, payment: { ...options.payment, account: privateKeyToAccount(options.payment.key) } });
const FUNCTIONS = { account, blacklist, cancel: withAccount(cancel), facilitator, fund, install, pause, pay, sign, submit };

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const { id, function: name, arguments: options } = JSON.parse(line);
    const answer = await Promise.resolve().then(() => FUNCTIONS[name](options)).then((value) => ({ value: value ?? null }), (error) => ({ error: error.stack }));
    process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`);
  })
  .on('close', () => process.exit(0));
