// A stand-in for USDC at USDC's own address (token/TestUsdc.sol), and what a test may do to it. Balances and switches are written into its storage: that takes
// no block, and blocks made faster than one a second would carry the chain's clock ahead of the machine's.
import { readFileSync } from 'node:fs';
import { encodeAbiParameters, keccak256, pad, toHex } from 'viem';
import { ABI, WALLET, WALLET_ABI, clientsOf, domainOf, network } from './network.mjs';

// The order of the contract's variables: name, totalSupply, paused, balanceOf, allowance, isBlacklisted, used.
const PAUSED = 2, BALANCES = 3, BLACKLISTED = 5;

const code = (name) => readFileSync(new URL(`./token/${name}.hex`, import.meta.url), 'utf8').trim();
const entry = (table, address) => keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [address, BigInt(table)]));

async function write({ network: name, rpc }, index, value) {
  const net = network(name);
  await clientsOf(net, rpc).tester.setStorageAt({ address: net.token, index, value: pad(toHex(value)) });
}

/** Puts the token and the wallet where they belong. */
export async function install({ network: name, rpc, owner }) {
  const net = network(name), { reader, tester, sender } = clientsOf(net, rpc);
  await tester.setCode({ address: net.token, bytecode: code('TestUsdc') });
  await tester.setCode({ address: WALLET, bytecode: code('TestWallet1271') });
  for (const call of [
    { address: net.token, abi: ABI, functionName: 'testInit', args: [net.tokenName] },
    { address: WALLET, abi: WALLET_ABI, functionName: 'testInit', args: [owner] },
  ]) {
    await reader.waitForTransactionReceipt({ hash: await sender.writeContract(call) });
  }
  return reader.readContract({ address: net.token, abi: ABI, functionName: 'DOMAIN_SEPARATOR' });
}

/** Sets what an address has, in millionths of a dollar. */
export const fund = ({ address, amount, ...where }) => write(where, entry(BALANCES, address), BigInt(amount));

/** Stops or allows all transfers. */
export const pause = ({ on, ...where }) => write(where, toHex(PAUSED), on ? 1n : 0n);

/** Stops or allows transfers from and to an address. */
export const blacklist = ({ address, on, ...where }) => write(where, entry(BLACKLISTED, address), on ? 1n : 0n);

/** Sends at three times the tip that the gateway offers: in a block that holds both, this comes first. */
async function hasten(net, rpc, functionName, args) {
  const { reader, sender } = clientsOf(net, rpc), tip = 3n * await reader.estimateMaxPriorityFeePerGas();
  return sender.writeContract({ address: net.token, abi: ABI, functionName, args, gas: 200_000n, maxFeePerGas: 2n * tip, maxPriorityFeePerGas: tip });
}

/** Makes an authorization worthless, as its payer may; the answer is the transaction, which waits for the next block. */
export async function cancel({ network: name, rpc, payment }) {
  const net = network(name), { from, nonce } = payment.authorization;
  const signature = await payment.account.signTypedData({
    domain: domainOf(net),
    types: { CancelAuthorization: [{ name: 'authorizer', type: 'address' }, { name: 'nonce', type: 'bytes32' }] },
    primaryType: 'CancelAuthorization',
    message: { authorizer: from, nonce },
  });
  return hasten(net, rpc, 'cancelAuthorization', [from, nonce, signature]);
}

/** Hands a signed authorization in, as anybody may who has seen it. */
export async function submit({ network: name, rpc, payment }) {
  const net = network(name), { from, to, value, validAfter, validBefore, nonce } = payment.authorization;
  return hasten(net, rpc, 'transferWithAuthorization', [from, to, BigInt(value), BigInt(validAfter), BigInt(validBefore), nonce, payment.signature]);
}
