// The two networks of x402 as the tests have them, and what everything here says to their chains.
import { createPublicClient, createTestClient, createWalletClient, getAddress, http, parseAbi, publicActions } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { base, baseSepolia } from 'viem/chains';

const NETWORKS = {
  base: { caip2: 'eip155:8453', token: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', tokenName: 'USD Coin', chain: base },
  'base-sepolia': { caip2: 'eip155:84532', token: '0x036CbD53842c5426634e7929541eC2318f3dCF7e', tokenName: 'USDC', chain: baseSepolia },
};

/** Where the wallet contract lies whose owner is one key (ERC-1271). */
export const WALLET = getAddress('0x1271000000000000000000000000000000001271');

/** One of anvil's well-known development keys, with ether for everything that a test and not the gateway sends. */
const BANK = privateKeyToAccount('0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6');

export const ABI = parseAbi([
  'function DOMAIN_SEPARATOR() view returns (bytes32)',
  'function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes signature)',
  'function cancelAuthorization(address authorizer, bytes32 nonce, bytes signature)',
  'function testInit(string newName)',
]);

export const WALLET_ABI = parseAbi(['function testInit(address o)']);

/** A network by its name. */
export const network = (name) => ({ name, ...NETWORKS[name] });

/** The token's EIP-712 domain. */
export const domainOf = ({ tokenName, token, chain }) => ({ name: tokenName, version: '2', chainId: chain.id, verifyingContract: token });

/** Clients of a chain, of which test clients may change what they like. */
export function clientsOf({ chain }, rpc, account = BANK) {
  const settings = { chain: { ...chain, rpcUrls: { default: { http: [rpc] } } }, transport: http(rpc), pollingInterval: 50 };
  return {
    reader: createPublicClient(settings),
    tester: createTestClient({ ...settings, mode: 'anvil' }),
    sender: createWalletClient({ ...settings, account }).extend(publicActions),
  };
}
