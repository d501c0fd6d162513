// Payments as a client would make them, or with one thing wrong.
import { concat, hexToBigInt, slice, toHex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { WALLET, domainOf, network } from './network.mjs';

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const FIELDS = ['from:address', 'to:address', 'value:uint256', 'validAfter:uint256', 'validBefore:uint256', 'nonce:bytes32'];
const types = { TransferWithAuthorization: FIELDS.map((field) => ({ name: field.split(':')[0], type: field.split(':')[1] })) };

/** What is done to a good signature; a wallet contract takes any bytes after its owner's 65. */
const TWISTS = {
  none: (signature) => signature,
  'high s': (signature) => {
    const s = N - hexToBigInt(slice(signature, 32, 64));
    return concat([slice(signature, 0, 32), toHex(s, { size: 32 }), slice(signature, 64) === '0x1b' ? '0x1c' : '0x1b']);
  },
  'v from 0': (signature) => concat([slice(signature, 0, 64), slice(signature, 64) === '0x1b' ? '0x00' : '0x01']),
  'other r': (signature) => concat([toHex(hexToBigInt(slice(signature, 0, 32)) ^ 1n, { size: 32 }), slice(signature, 32)]),
  padded: (signature) => concat([signature, '0x0102030405060708']),
};

/** A new key and its address. */
export function account() {
  const key = generatePrivateKey();
  return { key, address: privateKeyToAccount(key).address };
}

/** Signs, and writes the header. Times are seconds from now. */
export async function sign({
  network: name, version, key, to, value, validFrom = -600, validFor = 600, nonce = generatePrivateKey(), asWallet = false,
  domain = {}, envelope = {}, accepted = {}, twist = 'none', extensions,
}) {
  const net = network(name), account = privateKeyToAccount(key), now = Math.floor(Date.now() / 1000);
  const authorization = { from: asWallet ? WALLET : account.address, to, value, validAfter: String(now + validFrom), validBefore: String(now + validFor), nonce };
  const signature = TWISTS[twist](await account.signTypedData({ domain: { ...domainOf(net), ...domain }, types, primaryType: 'TransferWithAuthorization', message: authorization }));
  const payload = { signature, authorization };
  const offer = {
    scheme: 'exact', network: net.caip2, amount: '50000', asset: net.token, payTo: to, maxTimeoutSeconds: 120, extra: { name: net.tokenName, version: '2' }, ...accepted,
  };
  const message = version === 1
    ? { x402Version: 1, scheme: 'exact', network: name, payload, ...envelope }
    : { x402Version: 2, payload, accepted: offer, ...(extensions && { extensions }), ...envelope };
  return {
    name: version === 1 ? 'X-PAYMENT' : 'PAYMENT-SIGNATURE',
    header: Buffer.from(JSON.stringify(message)).toString('base64'),
    payer: authorization.from, authorization, signature, key,
  };
}
